// The map of a list: Leaflet over the outline this site serves; the list itself stays on the page.

import { groupByCell } from "./clusters.js";

const CELL = 56;
const SEATS = [3, 4, 5, 6, 8];
const SVG = "http://www.w3.org/2000/svg";
const { L } = window;

async function readJson(url) {
  const response = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

async function readPoints(box) {
  if (box.dataset.points) return JSON.parse(box.dataset.points);
  if (!box.dataset.pointsUrl) return [];
  const { features } = await readJson(box.dataset.pointsUrl);
  return features.map(({ geometry, properties }) => ({ ...properties, name: properties.title, lon: geometry.coordinates[0], lat: geometry.coordinates[1] }));
}

function circle(x, y, radius, name) {
  const shape = document.createElementNS(SVG, "circle");
  shape.setAttribute("cx", x);
  shape.setAttribute("cy", y);
  shape.setAttribute("r", radius);
  shape.setAttribute("class", name);
  return shape;
}

// A group is a table with its number, and more seats as it grows.
function tableIcon(size) {
  const seats = SEATS[Math.min(SEATS.length - 1, Math.floor(Math.log2(size)) - 1)] ?? SEATS[0];
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 44 44");
  drawing.setAttribute("class", "map-table");
  drawing.append(circle(22, 22, 13, "map-table-top"));
  for (let seat = 0; seat < seats; seat += 1) {
    const angle = (2 * Math.PI * seat) / seats - Math.PI / 2;
    drawing.append(circle(22 + 18 * Math.cos(angle), 22 + 18 * Math.sin(angle), 3.2, "map-table-seat"));
  }
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", 22);
  text.setAttribute("y", 26);
  text.textContent = size;
  drawing.append(text);
  return L.divIcon({ html: drawing, className: "map-marker", iconSize: [44, 44] });
}

function pointIcon(kind) {
  const dot = document.createElement("span");
  dot.className = `map-dot is-${kind}`;
  return L.divIcon({ html: dot, className: "map-marker", iconSize: [28, 28] });
}

function popupFor(members) {
  const list = document.createElement("ul");
  list.className = "map-popup";
  for (const { name, url, detail } of members) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = url;
    link.textContent = name;
    line.append(link);
    if (detail) {
      const small = document.createElement("small");
      small.textContent = detail;
      line.append(small);
    }
    list.append(line);
  }
  return list;
}

class DirectoryMap {
  constructor(box, outline, points) {
    this.box = box;
    this.points = points;
    this.opened = null;
    box.hidden = false;
    const frame = document.createElement("div");
    frame.className = "map-frame";
    box.append(frame);
    this.map = L.map(frame, {
      zoomControl: false, minZoom: 2, maxZoom: box.dataset.tiles ? 18 : 12, zoomSnap: 0.5,
      scrollWheelZoom: false, worldCopyJump: false, attributionControl: false,
    });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(this.map);
    this.drawGround(outline);
    this.layer = L.layerGroup().addTo(this.map);
    this.addPlaces(outline.features);
    this.map.on("zoomend", () => this.redraw());
    // The wheel scrolls the page until the map is in use.
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    this.map.on("popupopen", ({ popup }) => popup.getElement().querySelector(".map-popup a")?.focus());
    this.showFirstView(outline.features);
    this.drawPoints();
  }

  drawGround(outline) {
    const credits = L.control.attribution({ prefix: false }).addTo(this.map);
    credits.addAttribution(this.box.dataset.source);
    if (this.box.dataset.tiles) {
      L.tileLayer(this.box.dataset.tiles, { attribution: this.box.dataset.tilesBy, maxZoom: 18 }).addTo(this.map);
    }
    L.geoJSON(outline, { interactive: false, style: { className: this.box.dataset.tiles ? "map-land is-line" : "map-land" } }).addTo(this.map);
  }

  boundsOf(feature) {
    const [west, south, east, north] = feature.bbox;
    return L.latLngBounds([south, west], [north, east]);
  }

  // One button for each land that has points: overseas is far from the first view.
  addPlaces(features) {
    const lands = features.filter((feature) => this.points.some(({ lat, lon }) => this.boundsOf(feature).pad(0.1).contains([lat, lon])));
    if (lands.length < 2) return;
    const bar = document.createElement("p");
    bar.className = "map-places";
    bar.append(this.box.dataset.places);
    for (const feature of lands) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-link";
      button.textContent = feature.properties.name;
      button.addEventListener("click", () => this.map.fitBounds(this.boundsOf(feature)));
      bar.append(button);
    }
    this.box.prepend(bar);
  }

  showFirstView(features) {
    const mainland = this.boundsOf(features.find(({ properties }) => properties.code === "hexagone"));
    for (const corsica of features.filter(({ properties }) => properties.code === "94")) mainland.extend(this.boundsOf(corsica));
    const all = L.latLngBounds(this.points.map(({ lat, lon }) => [lat, lon]));
    if (!all.isValid() || ((this.points.length > 1 || !this.box.dataset.tiles) && this.points.some(({ lat, lon }) => mainland.contains([lat, lon])))) {
      this.map.fitBounds(mainland);
    } else this.map.fitBounds(all.pad(0.3), { maxZoom: 9 });
  }

  // The markers are new after a zoom: who was on one by the keyboard goes on from the nearest.
  redraw() {
    const from = this.opened;
    this.opened = null;
    this.drawPoints();
    if (!from) return;
    const markers = this.layer.getLayers();
    const nearest = markers.reduce((best, marker) => (marker.getLatLng().distanceTo(from) < best.getLatLng().distanceTo(from) ? marker : best));
    nearest.getElement().focus();
  }

  drawPoints() {
    this.layer.clearLayers();
    const placed = this.points.map((point) => ({ ...point, ...this.pixel(point) }));
    const isClosest = this.map.getZoom() >= this.map.getMaxZoom();
    for (const group of groupByCell(placed, CELL)) {
      const at = this.map.unproject([group.x, group.y], this.map.getZoom());
      if (group.members.length === 1) this.addPoint(at, group.members[0]);
      else this.addGroup(at, group.members, isClosest);
    }
  }

  pixel({ lat, lon }) {
    const { x, y } = this.map.project([lat, lon], this.map.getZoom());
    return { x, y };
  }

  addPoint(at, point) {
    const marker = L.marker(at, { icon: pointIcon(point.kind), title: point.name, alt: point.name }).addTo(this.layer);
    this.attachPopup(marker, [point]);
  }

  addGroup(at, members, isClosest) {
    const label = this.box.dataset.group.replace("{n}", members.length);
    const marker = L.marker(at, { icon: tableIcon(members.length), title: label, alt: label }).addTo(this.layer);
    const bounds = L.latLngBounds(members.map(({ lat, lon }) => [lat, lon]));
    const isOnePlace = bounds.getNorthEast().equals(bounds.getSouthWest());
    if (isClosest || isOnePlace) {
      this.attachPopup(marker, members);
      return;
    }
    marker.on("click", () => this.map.fitBounds(bounds.pad(0.2)));
    marker.on("keypress", ({ originalEvent }) => {
      if (originalEvent.key !== "Enter") return;
      this.opened = at;
      this.map.fitBounds(bounds.pad(0.2));
    });
  }

  attachPopup(marker, members) {
    marker.bindPopup(() => popupFor(members), { maxHeight: 240 });
    marker.on("popupclose", ({ popup }) => {
      if (popup.getElement()?.contains(document.activeElement)) marker.getElement()?.focus();
    });
  }
}

for (const box of document.querySelectorAll("[data-map]")) {
  try {
    const [outline, points] = await Promise.all([readJson(box.dataset.outline), readPoints(box)]);
    new DirectoryMap(box, outline, points);
  } catch (error) {
    // Without its data the map stays hidden: the list beside it says the same.
    box.hidden = true;
    console.warn(error);
  }
}
