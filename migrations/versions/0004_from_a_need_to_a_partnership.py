"""from a need to a partnership

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


# The register is append-only: lines of the demonstration alone may be deleted, none changed.
REFUSAL = "the sourcing register is append-only"
SQLITE_GUARDS = (
    f"""CREATE TRIGGER register_entry_no_update BEFORE UPDATE ON register_entry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER register_entry_no_delete BEFORE DELETE ON register_entry
        WHEN NOT OLD.is_demo BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRESQL_GUARDS = (
    f"""CREATE FUNCTION refuse_register_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.is_demo THEN RETURN OLD; END IF;
            RAISE EXCEPTION '{REFUSAL}';
        END $$""",
    """CREATE TRIGGER register_entry_no_update BEFORE UPDATE ON register_entry
        FOR EACH ROW EXECUTE FUNCTION refuse_register_change()""",
    """CREATE TRIGGER register_entry_no_delete BEFORE DELETE ON register_entry
        FOR EACH ROW EXECUTE FUNCTION refuse_register_change()""",
)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    op.create_table('exposure_seed',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_exposure_seed'))
    )
    op.create_table('form_receipt',
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('location', sa.String(length=500), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_form_receipt'))
    )
    with op.batch_alter_table('form_receipt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_form_receipt_handled_at'), ['handled_at'], unique=False)

    op.create_table('radar_look',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_radar_look'))
    )
    op.create_table('need_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_group'))
    )
    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(length=255), nullable=True),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('view_key', sa.String(length=64), nullable=True),
    sa.Column('frequency', sa.String(length=40), nullable=False),
    sa.Column('nonce', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_alert_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert')),
    sa.UniqueConstraint('view_key', name=op.f('uq_alert_view_key'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_alert_user_id'), ['user_id'], unique=False)

    op.create_table('digest_subscription',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('frequency', sa.String(length=40), nullable=False),
    sa.Column('nonce', sa.String(length=32), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_digest_subscription_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_digest_subscription'))
    )
    op.create_table('alert_item',
    sa.Column('alert_id', sa.Integer(), nullable=False),
    sa.Column('item', sa.String(length=60), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['alert_id'], ['alert.id'], name=op.f('fk_alert_item_alert_id_alert'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('alert_id', 'item', name=op.f('pk_alert_item'))
    )
    op.create_table('consortium',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('territory_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('max_members', sa.Integer(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('previous', sa.JSON(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_consortium_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_consortium_organization_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_consortium_territory_id_territory')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consortium'))
    )
    with op.batch_alter_table('consortium', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consortium_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_consortium_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_consortium_territory_id'), ['territory_id'], unique=False)

    op.create_table('exposure_count',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('surface', sa.String(length=40), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('shown', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_exposure_count_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('day', 'surface', 'organization_id', name=op.f('pk_exposure_count'))
    )
    with op.batch_alter_table('exposure_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exposure_count_organization_id'), ['organization_id'], unique=False)

    op.create_table('consortium_choice',
    sa.Column('consortium_id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_consortium_choice_consortium_id_consortium'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_consortium_choice_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('consortium_id', 'organization_id', name=op.f('pk_consortium_choice'))
    )
    with op.batch_alter_table('consortium_choice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consortium_choice_organization_id'), ['organization_id'], unique=False)

    op.create_table('consortium_invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('consortium_id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('role', sa.String(length=300), nullable=False),
    sa.Column('message', sa.String(length=1000), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('decline_reason', sa.String(length=40), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_consortium_invitation_answered_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_consortium_invitation_consortium_id_consortium'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_consortium_invitation_offer_id_offer'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_consortium_invitation_organization_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user.id'], name=op.f('fk_consortium_invitation_sent_by_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consortium_invitation')),
    sa.UniqueConstraint('consortium_id', 'organization_id', name=op.f('uq_consortium_invitation_consortium_id'))
    )
    with op.batch_alter_table('consortium_invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consortium_invitation_organization_id'), ['organization_id'], unique=False)

    op.create_table('consortium_need',
    sa.Column('consortium_id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['consortium_id'], ['consortium.id'], name=op.f('fk_consortium_need_consortium_id_consortium'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_consortium_need_need_id_need'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('consortium_id', 'need_id', name=op.f('pk_consortium_need'))
    )
    with op.batch_alter_table('consortium_need', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consortium_need_need_id'), ['need_id'], unique=False)

    op.create_table('interest_declaration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=True),
    sa.Column('organization_id', sa.Integer(), nullable=True),
    sa.Column('about_id', sa.Integer(), nullable=False),
    sa.Column('declared_by_id', sa.Integer(), nullable=True),
    sa.Column('nature', sa.String(length=300), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['about_id'], ['organization.id'], name=op.f('fk_interest_declaration_about_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['declared_by_id'], ['user.id'], name=op.f('fk_interest_declaration_declared_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_interest_declaration_need_id_need'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_interest_declaration_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interest_declaration'))
    )
    with op.batch_alter_table('interest_declaration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interest_declaration_about_id'), ['about_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interest_declaration_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_interest_declaration_organization_id'), ['organization_id'], unique=False)

    op.create_table('introduction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('offer_title', sa.String(length=200), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('relay_id', sa.Integer(), nullable=True),
    sa.Column('from_side', sa.String(length=40), nullable=False),
    sa.Column('carrier_contact_id', sa.Integer(), nullable=True),
    sa.Column('actor_contact_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('decline_reason', sa.String(length=40), nullable=True),
    sa.Column('decline_note', sa.String(length=500), nullable=False),
    sa.Column('stage', sa.String(length=40), nullable=True),
    sa.Column('is_disputed', sa.Boolean(), nullable=False),
    sa.Column('open_key', sa.String(length=40), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('last_message_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['actor_contact_id'], ['user.id'], name=op.f('fk_introduction_actor_contact_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['actor_id'], ['organization.id'], name=op.f('fk_introduction_actor_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['carrier_contact_id'], ['user.id'], name=op.f('fk_introduction_carrier_contact_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['carrier_id'], ['organization.id'], name=op.f('fk_introduction_carrier_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_introduction_decided_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_introduction_need_id_need'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_introduction_offer_id_offer'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['relay_id'], ['organization.id'], name=op.f('fk_introduction_relay_id_organization'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user.id'], name=op.f('fk_introduction_sent_by_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction')),
    sa.UniqueConstraint('open_key', name=op.f('uq_introduction_open_key'))
    )
    with op.batch_alter_table('introduction', schema=None) as batch_op:
        batch_op.create_index('ix_introduction_actor_side', ['actor_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_last_message_at'), ['last_message_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_offer_id'), ['offer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_relay_id'), ['relay_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_introduction_sent_at'), ['sent_at'], unique=False)
        batch_op.create_index('ix_introduction_territory_side', ['carrier_id', 'state'], unique=False)

    op.create_table('match_dismissal',
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('dismissed_by_id', sa.Integer(), nullable=True),
    sa.Column('dismissed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['dismissed_by_id'], ['user.id'], name=op.f('fk_match_dismissal_dismissed_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_match_dismissal_need_id_need'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_match_dismissal_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organization_id', 'need_id', name=op.f('pk_match_dismissal'))
    )
    with op.batch_alter_table('match_dismissal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_dismissal_need_id'), ['need_id'], unique=False)

    op.create_table('match_notice',
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_match_notice_need_id_need'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_match_notice_offer_id_offer'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', 'offer_id', name=op.f('pk_match_notice'))
    )
    with op.batch_alter_table('match_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_match_notice_offer_id'), ['offer_id'], unique=False)

    op.create_table('need_relay',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('federator_id', sa.Integer(), nullable=False),
    sa.Column('message', sa.String(length=1000), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_need_relay_answered_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['federator_id'], ['organization.id'], name=op.f('fk_need_relay_federator_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_need_relay_need_id_need'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sent_by_id'], ['user.id'], name=op.f('fk_need_relay_sent_by_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_relay')),
    sa.UniqueConstraint('need_id', 'federator_id', name=op.f('uq_need_relay_need_id'))
    )
    with op.batch_alter_table('need_relay', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_need_relay_federator_id'), ['federator_id'], unique=False)

    op.create_table('reference_confirmation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('reference_uid', sa.String(length=32), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=True),
    sa.Column('domain', sa.String(length=120), nullable=False),
    sa.Column('content_digest', sa.String(length=64), nullable=False),
    sa.Column('nonce', sa.String(length=32), nullable=False),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sendings', sa.Integer(), nullable=False),
    sa.Column('mail_ids', sa.JSON(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=40), nullable=True),
    sa.Column('answered_as', sa.String(length=120), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('settlement', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_reference_confirmation_offer_id_offer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['requested_by_id'], ['user.id'], name=op.f('fk_reference_confirmation_requested_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['settled_by_id'], ['user.id'], name=op.f('fk_reference_confirmation_settled_by_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_confirmation'))
    )
    with op.batch_alter_table('reference_confirmation', schema=None) as batch_op:
        batch_op.create_index('ix_reference_confirmation_reference', ['offer_id', 'reference_uid'], unique=False)
        batch_op.create_index(batch_op.f('ix_reference_confirmation_requested_at'), ['requested_at'], unique=False)
        batch_op.create_index('uq_reference_confirmation_open', ['offer_id', 'reference_uid'], unique=True, sqlite_where=sa.text('email IS NOT NULL'), postgresql_where=sa.text('email IS NOT NULL'))

    op.create_table('register_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event', sa.String(length=40), nullable=False),
    sa.Column('organization_ref', sa.Integer(), nullable=True),
    sa.Column('offer_ref', sa.Integer(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('part_digest', sa.String(length=64), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_register_entry_need_id_need'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_entry')),
    sa.UniqueConstraint('need_id', 'sequence', name=op.f('uq_register_entry_need_id'))
    )
    with op.batch_alter_table('register_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_register_entry_organization_ref'), ['organization_ref'], unique=False)

    op.create_table('register_head',
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_register_head_need_id_need'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', name=op.f('pk_register_head'))
    )
    op.create_table('shortlist',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_shortlist_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_shortlist_need_id_need'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_shortlist_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shortlist'))
    )
    with op.batch_alter_table('shortlist', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shortlist_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shortlist_organization_id'), ['organization_id'], unique=False)

    op.create_table('experience',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=True),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('reference_uid', sa.String(length=32), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('territory_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('limits', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answer_state', sa.String(length=40), nullable=True),
    sa.Column('answer_comment', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answering_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_experience_answered_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['answering_id'], ['organization.id'], name=op.f('fk_experience_answering_id_organization'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_experience_author_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_experience_decided_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_experience_offer_id_offer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_experience_organization_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_experience_partnership_id_partnership'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_experience_territory_id_territory'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience'))
    )
    with op.batch_alter_table('experience', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_experience_answering_id'), ['answering_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_offer_id'), ['offer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_partnership_id'), ['partnership_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_published_at'), ['published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_submitted_at'), ['submitted_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_experience_territory_id'), ['territory_id'], unique=False)

    op.create_table('introduction_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('introduction_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_introduction_message_author_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_introduction_message_introduction_id_introduction'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_introduction_message'))
    )
    with op.batch_alter_table('introduction_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_introduction_message_introduction_id'), ['introduction_id'], unique=False)

    op.create_table('need_relay_member',
    sa.Column('relay_id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('relayed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_need_relay_member_organization_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['relay_id'], ['need_relay.id'], name=op.f('fk_need_relay_member_relay_id_need_relay'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('relay_id', 'organization_id', name=op.f('pk_need_relay_member'))
    )
    with op.batch_alter_table('need_relay_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_need_relay_member_organization_id'), ['organization_id'], unique=False)

    op.create_table('outcome_inquiry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('introduction_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('stage', sa.String(length=40), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_outcome_inquiry_answered_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_outcome_inquiry_introduction_id_introduction'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcome_inquiry')),
    sa.UniqueConstraint('introduction_id', 'side', 'due_on', name=op.f('uq_outcome_inquiry_introduction_id'))
    )
    with op.batch_alter_table('outcome_inquiry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outcome_inquiry_due_on'), ['due_on'], unique=False)

    op.create_table('partnership_milestone',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partnership_id', sa.Integer(), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('precision', sa.String(length=5), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_partnership_milestone_partnership_id_partnership'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partnership_milestone'))
    )
    with op.batch_alter_table('partnership_milestone', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partnership_milestone_partnership_id'), ['partnership_id'], unique=False)

    op.create_table('register_part',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['register_entry.id'], name=op.f('fk_register_part_entry_id_register_entry'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_register_part_user_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_register_part'))
    )
    with op.batch_alter_table('register_part', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_register_part_user_id'), ['user_id'], unique=False)

    op.create_table('shortlist_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shortlist_id', sa.Integer(), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('noted_by_id', sa.Integer(), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['organization.id'], name=op.f('fk_shortlist_item_actor_id_organization'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['added_by_id'], ['user.id'], name=op.f('fk_shortlist_item_added_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['noted_by_id'], ['user.id'], name=op.f('fk_shortlist_item_noted_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_shortlist_item_offer_id_offer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shortlist_id'], ['shortlist.id'], name=op.f('fk_shortlist_item_shortlist_id_shortlist'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shortlist_item')),
    sa.UniqueConstraint('shortlist_id', 'actor_id', name='uq_shortlist_item_actor'),
    sa.UniqueConstraint('shortlist_id', 'offer_id', name='uq_shortlist_item_offer')
    )
    with op.batch_alter_table('shortlist_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shortlist_item_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shortlist_item_offer_id'), ['offer_id'], unique=False)

    op.create_table('thread_reading',
    sa.Column('introduction_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('last_message_id', sa.Integer(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notified_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_thread_reading_introduction_id_introduction'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_thread_reading_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('introduction_id', 'user_id', name=op.f('pk_thread_reading'))
    )
    with op.batch_alter_table('thread_reading', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_reading_user_id'), ['user_id'], unique=False)

    op.create_table('document',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('filename', sa.String(length=160), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=True),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('need_id', sa.Integer(), nullable=True),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('partnership_id', sa.Integer(), nullable=True),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['introduction_message.id'], name=op.f('fk_document_message_id_introduction_message'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_document_need_id_need'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_document_organization_id_organization'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['partnership_id'], ['partnership.id'], name=op.f('fk_document_partnership_id_partnership'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_document_uploaded_by_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document'))
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_digest'), ['digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_partnership_id'), ['partnership_id'], unique=False)

    op.create_table('working_group_meeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('agenda', sa.Text(), nullable=False),
    sa.Column('minutes', sa.Text(), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['working_group.id'], name=op.f('fk_working_group_meeting_group_id_working_group'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_group_meeting'))
    )
    with op.batch_alter_table('working_group_meeting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_working_group_meeting_group_id'), ['group_id'], unique=False)

    op.create_table('working_group_member',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('is_lead', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['working_group.id'], name=op.f('fk_working_group_member_group_id_working_group'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_working_group_member_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'organization_id', name=op.f('pk_working_group_member'))
    )
    with op.batch_alter_table('working_group_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_working_group_member_organization_id'), ['organization_id'], unique=False)

    op.create_table('document_delivery',
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_delivery_document_id_document'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_document_delivery_organization_id_organization'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'organization_id', name=op.f('pk_document_delivery'))
    )
    with op.batch_alter_table('document_delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_delivery_organization_id'), ['organization_id'], unique=False)

    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('group_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('created_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('created_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('closing_outcome', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('closing_note', sa.Text(), nullable=False, server_default=''))
        batch_op.create_index(batch_op.f('ix_need_group_id'), ['group_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_need_group_id_need_group'), 'need_group', ['group_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_need_created_by_id_user'), 'user', ['created_by_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_months', sa.Integer(), nullable=False, server_default='12'))
        batch_op.add_column(sa.Column('reminded_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('reminders', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('reference', schema=None) as batch_op:
        batch_op.add_column(sa.Column('grade_source', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('graded_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('is_contested', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f('ix_reference_graded_at'), ['graded_at'], unique=False)

    with op.batch_alter_table('partnership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('organization_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('consortium_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('state', sa.String(length=40), nullable=False, server_default='publie'))
        batch_op.add_column(sa.Column('started_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('ended_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('results', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('is_demo', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('created_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('created_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('submitted_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('proposal', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('review_comment', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('published_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('lock', sa.Integer(), nullable=False, server_default='1'))
        batch_op.create_index(batch_op.f('ix_partnership_submitted_at'), ['submitted_at'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_partnership_submitted_by_id_user'), 'user', ['submitted_by_id'], ['id'], ondelete='SET NULL')
        batch_op.create_index(batch_op.f('ix_partnership_is_demo'), ['is_demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_partnership_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_partnership_state'), ['state'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_partnership_consortium_id'), ['consortium_id'])
        batch_op.create_foreign_key(batch_op.f('fk_partnership_created_by_id_user'), 'user', ['created_by_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_partnership_consortium_id_consortium'), 'consortium', ['consortium_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_partnership_organization_id_organization'), 'organization', ['organization_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('partnership_member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('state', sa.String(length=40), nullable=False, server_default='accepte'))
        batch_op.add_column(sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('stored_mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('headers', sa.JSON(), nullable=False, server_default='{}'))
    for guard in POSTGRESQL_GUARDS if _is_postgresql() else SQLITE_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    op.execute(
        "DROP TRIGGER register_entry_no_update"
        + (" ON register_entry" if _is_postgresql() else "")
    )
    op.execute(
        "DROP TRIGGER register_entry_no_delete"
        + (" ON register_entry" if _is_postgresql() else "")
    )
    if _is_postgresql():
        op.execute("DROP FUNCTION refuse_register_change()")
    with op.batch_alter_table('stored_mail', schema=None) as batch_op:
        batch_op.drop_column('headers')

    with op.batch_alter_table('partnership_member', schema=None) as batch_op:
        batch_op.drop_column('answered_at')
        batch_op.drop_column('invited_at')
        batch_op.drop_column('state')

    with op.batch_alter_table('partnership', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_partnership_organization_id_organization'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_partnership_consortium_id_consortium'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_partnership_created_by_id_user'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_partnership_consortium_id'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_partnership_state'))
        batch_op.drop_index(batch_op.f('ix_partnership_organization_id'))
        batch_op.drop_index(batch_op.f('ix_partnership_is_demo'))
        batch_op.drop_constraint(batch_op.f('fk_partnership_submitted_by_id_user'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_partnership_submitted_at'))
        batch_op.drop_column('lock')
        batch_op.drop_column('published_at')
        batch_op.drop_column('review_comment')
        batch_op.drop_column('proposal')
        batch_op.drop_column('submitted_by_id')
        batch_op.drop_column('submitted_at')
        batch_op.drop_column('updated_at')
        batch_op.drop_column('created_at')
        batch_op.drop_column('created_by_id')
        batch_op.drop_column('is_demo')
        batch_op.drop_column('results')
        batch_op.drop_column('ended_on')
        batch_op.drop_column('started_on')
        batch_op.drop_column('state')
        batch_op.drop_column('consortium_id')
        batch_op.drop_column('organization_id')

    with op.batch_alter_table('reference', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reference_graded_at'))
        batch_op.drop_column('is_contested')
        batch_op.drop_column('graded_at')
        batch_op.drop_column('grade_source')

    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.drop_column('reminders')
        batch_op.drop_column('reminded_on')
        batch_op.drop_column('review_months')

    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_need_created_by_id_user'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_need_group_id_need_group'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_need_group_id'))
        batch_op.drop_column('closing_note')
        batch_op.drop_column('closing_outcome')
        batch_op.drop_column('closed_at')
        batch_op.drop_column('created_at')
        batch_op.drop_column('created_by_id')
        batch_op.drop_column('group_id')
        batch_op.drop_column('version')

    with op.batch_alter_table('document_delivery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_delivery_organization_id'))

    op.drop_table('document_delivery')
    with op.batch_alter_table('working_group_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_working_group_member_organization_id'))

    op.drop_table('working_group_member')
    with op.batch_alter_table('working_group_meeting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_working_group_meeting_group_id'))

    op.drop_table('working_group_meeting')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_partnership_id'))
        batch_op.drop_index(batch_op.f('ix_document_organization_id'))
        batch_op.drop_index(batch_op.f('ix_document_need_id'))
        batch_op.drop_index(batch_op.f('ix_document_message_id'))
        batch_op.drop_index(batch_op.f('ix_document_digest'))

    op.drop_table('document')
    with op.batch_alter_table('thread_reading', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_reading_user_id'))

    op.drop_table('thread_reading')
    with op.batch_alter_table('shortlist_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shortlist_item_offer_id'))
        batch_op.drop_index(batch_op.f('ix_shortlist_item_actor_id'))

    op.drop_table('shortlist_item')
    with op.batch_alter_table('register_part', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_register_part_user_id'))

    op.drop_table('register_part')
    with op.batch_alter_table('partnership_milestone', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partnership_milestone_partnership_id'))

    op.drop_table('partnership_milestone')
    with op.batch_alter_table('outcome_inquiry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outcome_inquiry_due_on'))

    op.drop_table('outcome_inquiry')
    with op.batch_alter_table('need_relay_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_need_relay_member_organization_id'))

    op.drop_table('need_relay_member')
    with op.batch_alter_table('introduction_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_introduction_message_introduction_id'))

    op.drop_table('introduction_message')
    with op.batch_alter_table('experience', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_experience_territory_id'))
        batch_op.drop_index(batch_op.f('ix_experience_submitted_at'))
        batch_op.drop_index(batch_op.f('ix_experience_state'))
        batch_op.drop_index(batch_op.f('ix_experience_published_at'))
        batch_op.drop_index(batch_op.f('ix_experience_partnership_id'))
        batch_op.drop_index(batch_op.f('ix_experience_organization_id'))
        batch_op.drop_index(batch_op.f('ix_experience_offer_id'))
        batch_op.drop_index(batch_op.f('ix_experience_is_demo'))
        batch_op.drop_index(batch_op.f('ix_experience_answering_id'))

    op.drop_table('experience')
    with op.batch_alter_table('shortlist', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shortlist_organization_id'))
        batch_op.drop_index(batch_op.f('ix_shortlist_need_id'))

    op.drop_table('shortlist')
    op.drop_table('register_head')
    with op.batch_alter_table('register_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_register_entry_organization_ref'))

    op.drop_table('register_entry')
    with op.batch_alter_table('reference_confirmation', schema=None) as batch_op:
        batch_op.drop_index('ix_reference_confirmation_reference')

    op.drop_table('reference_confirmation')
    with op.batch_alter_table('need_relay', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_need_relay_federator_id'))

    op.drop_table('need_relay')
    with op.batch_alter_table('match_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_match_notice_offer_id'))

    op.drop_table('match_notice')
    with op.batch_alter_table('match_dismissal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_match_dismissal_need_id'))

    op.drop_table('match_dismissal')
    with op.batch_alter_table('introduction', schema=None) as batch_op:
        batch_op.drop_index('ix_introduction_territory_side')
        batch_op.drop_index(batch_op.f('ix_introduction_sent_at'))
        batch_op.drop_index(batch_op.f('ix_introduction_relay_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_offer_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_need_id'))
        batch_op.drop_index(batch_op.f('ix_introduction_last_message_at'))
        batch_op.drop_index(batch_op.f('ix_introduction_is_demo'))
        batch_op.drop_index('ix_introduction_actor_side')

    op.drop_table('introduction')
    with op.batch_alter_table('interest_declaration', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_interest_declaration_organization_id'))
        batch_op.drop_index(batch_op.f('ix_interest_declaration_need_id'))
        batch_op.drop_index(batch_op.f('ix_interest_declaration_about_id'))

    op.drop_table('interest_declaration')
    with op.batch_alter_table('consortium_need', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consortium_need_need_id'))

    op.drop_table('consortium_need')
    with op.batch_alter_table('consortium_invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consortium_invitation_organization_id'))

    op.drop_table('consortium_invitation')
    with op.batch_alter_table('consortium_choice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consortium_choice_organization_id'))

    op.drop_table('consortium_choice')
    with op.batch_alter_table('exposure_count', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exposure_count_organization_id'))

    op.drop_table('exposure_count')
    with op.batch_alter_table('consortium', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consortium_territory_id'))
        batch_op.drop_index(batch_op.f('ix_consortium_organization_id'))
        batch_op.drop_index(batch_op.f('ix_consortium_is_demo'))

    op.drop_table('consortium')
    op.drop_table('alert_item')
    op.drop_table('digest_subscription')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_user_id'))
        batch_op.drop_index(batch_op.f('ix_alert_email'))

    op.drop_table('alert')
    op.drop_table('need_group')
    with op.batch_alter_table('form_receipt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_form_receipt_handled_at'))

    op.drop_table('form_receipt')
    op.drop_table('radar_look')
    op.drop_table('exposure_seed')
