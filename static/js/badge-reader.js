// Reads the QR codes of badges with the camera, where the browser has a detector of its own; the page works
// without it: a code can be typed, and any camera application opens the address of a badge.

const PAUSE_MS = 200;

class BadgeReader {
  constructor(section) {
    this.section = section;
    this.view = section.querySelector("[data-reader-view]");
    this.status = section.querySelector("[data-reader-status]");
    this.start = section.querySelector("[data-reader-start]");
    this.start.addEventListener("click", () => this.open());
    section.hidden = false;
  }

  async open() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      this.status.textContent = this.section.dataset.refused;
      return;
    }
    this.detector = new BarcodeDetector({ formats: ["qr_code"] });
    this.view.srcObject = this.stream;
    this.view.hidden = false;
    this.start.hidden = true;
    this.status.textContent = this.section.dataset.aim;
    await this.view.play();
    this.look();
  }

  async look() {
    let codes = [];
    try {
      codes = await this.detector.detect(this.view);
    } catch {
      // A frame that is not ready: the next one is.
    }
    for (const { rawValue } of codes) {
      const address = this.addressOf(rawValue);
      if (address) {
        for (const track of this.stream.getTracks()) track.stop();
        window.location.assign(address);
        return;
      }
      this.status.textContent = this.section.dataset.foreign;
    }
    setTimeout(() => this.look(), PAUSE_MS);
  }

  // Only the path is taken, and only a badge's: a code cannot lead off this site.
  addressOf(text) {
    let path = "";
    try {
      path = new URL(text, window.location.href).pathname;
    } catch {
      return "";
    }
    return /^\/rencontres\/[a-z0-9-]+\/badge\/[0-9A-Za-z_-]+$/.test(path) ? `${path}?lecteur=1` : "";
  }
}

async function initReader(section) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (formats.includes("qr_code")) new BadgeReader(section);
}

for (const section of document.querySelectorAll("[data-reader]")) initReader(section);
