"""meetup days

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('meetup_participant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('organization_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', sa.String(length=200), nullable=False),
    sa.Column('side', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=True),
    sa.Column('themes', sa.JSON(), nullable=False),
    sa.Column('territory_codes', sa.JSON(), nullable=False),
    sa.Column('presentation', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('visibility', sa.String(length=40), nullable=False),
    sa.Column('most_meetings', sa.Integer(), nullable=True),
    sa.Column('needs_step_free', sa.Boolean(), nullable=False),
    sa.Column('needs_hearing_loop', sa.Boolean(), nullable=False),
    sa.Column('accessibility_note', sa.String(length=500), nullable=False),
    sa.Column('invited_for', sa.JSON(), nullable=False),
    sa.Column('staff_note', sa.String(length=500), nullable=False),
    sa.Column('decision_note', sa.String(length=500), nullable=False),
    sa.Column('link_key', sa.String(length=32), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('absent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_walk_in', sa.Boolean(), nullable=False),
    sa.Column('calendar_key', sa.String(length=32), nullable=False),
    sa.Column('agenda_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_participant_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_participant_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_meetup_participant_organization_id_organization'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_participant')),
    sa.UniqueConstraint('day_id', 'name_key', name='uq_meetup_participant_name'),
    sa.UniqueConstraint('day_id', 'organization_id', name='uq_meetup_participant_body'),
    sa.UniqueConstraint('link_key', name=op.f('uq_meetup_participant_link_key'))
    )
    with op.batch_alter_table('meetup_participant', schema=None) as batch_op:
        batch_op.create_index('ix_meetup_participant_day_state', ['day_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_participant_organization_id'), ['organization_id'], unique=False)

    op.create_table('meetup_plan',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('origin', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('based_on_id', sa.Integer(), nullable=True),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('seconds_allowed', sa.Integer(), nullable=False),
    sa.Column('asks_proof', sa.Boolean(), nullable=False),
    sa.Column('keeps_locks', sa.Boolean(), nullable=False),
    sa.Column('close_to_id', sa.Integer(), nullable=True),
    sa.Column('phase', sa.String(length=40), nullable=True),
    sa.Column('placed', sa.Integer(), nullable=True),
    sa.Column('wished', sa.Integer(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('score_bound', sa.Integer(), nullable=True),
    sa.Column('breaks', sa.Integer(), nullable=True),
    sa.Column('breaks_bound', sa.Integer(), nullable=True),
    sa.Column('waits', sa.Integer(), nullable=True),
    sa.Column('guarantees', sa.JSON(), nullable=False),
    sa.Column('conflicts', sa.JSON(), nullable=False),
    sa.Column('unplaced', sa.JSON(), nullable=False),
    sa.Column('edits', sa.JSON(), nullable=False),
    sa.Column('is_stop_asked', sa.Boolean(), nullable=False),
    sa.Column('failure', sa.String(length=300), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('progress_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['close_to_id'], ['meetup_plan.id'], name=op.f('fk_meetup_plan_close_to_id_meetup_plan'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['based_on_id'], ['meetup_plan.id'], name=op.f('fk_meetup_plan_based_on_id_meetup_plan'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_plan_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_plan_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_plan')),
    sa.UniqueConstraint('day_id', 'number', name=op.f('uq_meetup_plan_day_id'))
    )
    op.create_table('meetup_room',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('accessibility', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_room_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_room')),
    sa.UniqueConstraint('day_id', 'name', name=op.f('uq_meetup_room_day_id'))
    )
    op.create_table('meetup_slot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('table_limit', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_slot_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_slot')),
    sa.UniqueConstraint('day_id', 'starts_at', name=op.f('uq_meetup_slot_day_id'))
    )
    op.create_table('meetup_absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_absence_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_absence'))
    )
    with op.batch_alter_table('meetup_absence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_absence_participant_id'), ['participant_id'], unique=False)

    op.create_table('meetup_attendee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('job_title', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=True),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('badge_key', sa.String(length=32), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['checked_by_id'], ['user.id'], name=op.f('fk_meetup_attendee_checked_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_attendee_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_attendee_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_meetup_attendee_user_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_attendee')),
    sa.UniqueConstraint('badge_key', name=op.f('uq_meetup_attendee_badge_key')),
    sa.UniqueConstraint('day_id', 'email', name=op.f('uq_meetup_attendee_day_id'))
    )
    with op.batch_alter_table('meetup_attendee', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_attendee_participant_id'), ['participant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_attendee_user_id'), ['user_id'], unique=False)

    op.create_table('meetup_participant_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event', sa.String(length=40), nullable=False),
    sa.Column('actor_name', sa.String(length=120), nullable=False),
    sa.Column('recipients', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_participant_event_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_participant_event'))
    )
    with op.batch_alter_table('meetup_participant_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_participant_event_participant_id'), ['participant_id'], unique=False)

    op.create_table('meetup_invitee_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('ignored', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_invitee_batch_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_invitee_batch_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_invitee_batch'))
    )
    with op.batch_alter_table('meetup_invitee_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_invitee_batch_day_id'), ['day_id'], unique=False)

    op.create_table('meetup_invitee_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['meetup_invitee_batch.id'], name=op.f('fk_meetup_invitee_line_batch_id_meetup_invitee_batch'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_invitee_line'))
    )
    with op.batch_alter_table('meetup_invitee_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_invitee_line_batch_id'), ['batch_id'], unique=False)

    op.create_table('meetup_print',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(length=300), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_print_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_print')),
    sa.UniqueConstraint('day_id', 'kind', name=op.f('uq_meetup_print_day_id'))
    )
    op.create_table('meetup_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('nonce', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_request_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_request'))
    )
    with op.batch_alter_table('meetup_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_request_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_request_day_id'), ['day_id'], unique=False)

    op.create_table('meetup_pair_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_pair_rule_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_pair_rule_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['first_id'], ['meetup_participant.id'], name=op.f('fk_meetup_pair_rule_first_id_meetup_participant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['meetup_participant.id'], name=op.f('fk_meetup_pair_rule_second_id_meetup_participant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['slot_id'], ['meetup_slot.id'], name=op.f('fk_meetup_pair_rule_slot_id_meetup_slot'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_pair_rule')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_meetup_pair_rule_first_id'))
    )
    with op.batch_alter_table('meetup_pair_rule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_pair_rule_day_id'), ['day_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_pair_rule_second_id'), ['second_id'], unique=False)

    op.create_table('meetup_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_session_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['room_id'], ['meetup_room.id'], name=op.f('fk_meetup_session_room_id_meetup_room'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_session'))
    )
    with op.batch_alter_table('meetup_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_session_day_id'), ['day_id'], unique=False)

    op.create_table('meetup_table',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('is_step_free', sa.Boolean(), nullable=False),
    sa.Column('has_hearing_loop', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['room_id'], ['meetup_room.id'], name=op.f('fk_meetup_table_room_id_meetup_room'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_table')),
    sa.UniqueConstraint('room_id', 'label', name=op.f('uq_meetup_table_room_id'))
    )
    op.create_table('meetup_wish',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('wisher_id', sa.Integer(), nullable=False),
    sa.Column('wished_id', sa.Integer(), nullable=False),
    sa.Column('priority', sa.String(length=40), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('origin', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('message', sa.String(length=500), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=True),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('match_score', sa.Integer(), nullable=True),
    sa.Column('match_reasons', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refusal', sa.String(length=40), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_wish_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_wish_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_meetup_wish_need_id_need'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_meetup_wish_offer_id_offer'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['wished_id'], ['meetup_participant.id'], name=op.f('fk_meetup_wish_wished_id_meetup_participant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wisher_id'], ['meetup_participant.id'], name=op.f('fk_meetup_wish_wisher_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_wish')),
    sa.UniqueConstraint('wisher_id', 'wished_id', name=op.f('uq_meetup_wish_wisher_id'))
    )
    with op.batch_alter_table('meetup_wish', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_wish_day_id'), ['day_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_wish_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_wish_wished_id'), ['wished_id'], unique=False)

    op.create_table('meetup_wish_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('pasted', sa.Text(), nullable=False),
    sa.Column('headers', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lock', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_wish_batch_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_wish_batch_day_id_meetup_day'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_wish_batch'))
    )
    with op.batch_alter_table('meetup_wish_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_wish_batch_day_id'), ['day_id'], unique=False)

    op.create_table('meetup_wish_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('cells', sa.JSON(), nullable=False),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('wish_id', sa.Integer(), nullable=True),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['meetup_wish_batch.id'], name=op.f('fk_meetup_wish_line_batch_id_meetup_wish_batch'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wish_id'], ['meetup_wish.id'], name=op.f('fk_meetup_wish_line_wish_id_meetup_wish'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_wish_line'))
    )
    with op.batch_alter_table('meetup_wish_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_wish_line_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_meetup_wish_line_wish_id'), ['wish_id'], unique=False)

    op.create_table('meetup_session_seat',
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_session_seat_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['meetup_session.id'], name=op.f('fk_meetup_session_seat_session_id_meetup_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'participant_id', name=op.f('pk_meetup_session_seat'))
    )
    with op.batch_alter_table('meetup_session_seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_session_seat_participant_id'), ['participant_id'], unique=False)

    op.create_table('meetup_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('working_group_id', sa.Integer(), nullable=True),
    sa.Column('slot_id', sa.Integer(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_meetup_group_created_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_group_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['slot_id'], ['meetup_slot.id'], name=op.f('fk_meetup_group_slot_id_meetup_slot'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['working_group_id'], ['working_group.id'], name=op.f('fk_meetup_group_working_group_id_working_group'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_group'))
    )
    with op.batch_alter_table('meetup_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_group_day_id'), ['day_id'], unique=False)

    op.create_table('meetup_group_seat',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['meetup_group.id'], name=op.f('fk_meetup_group_seat_group_id_meetup_group'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_group_seat_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'participant_id', name=op.f('pk_meetup_group_seat'))
    )
    with op.batch_alter_table('meetup_group_seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_group_seat_participant_id'), ['participant_id'], unique=False)

    op.create_table('meetup_meeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('need_id', sa.Integer(), nullable=True),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('uid', sa.String(length=60), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=True),
    sa.Column('table_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('introduction_id', sa.Integer(), nullable=True),
    sa.Column('is_held', sa.Boolean(), nullable=True),
    sa.Column('is_disputed', sa.Boolean(), nullable=False),
    sa.Column('stage', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['day_id'], ['meetup_day.id'], name=op.f('fk_meetup_meeting_day_id_meetup_day'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['meetup_group.id'], name=op.f('fk_meetup_meeting_group_id_meetup_group'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['introduction_id'], ['introduction.id'], name=op.f('fk_meetup_meeting_introduction_id_introduction'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_meetup_meeting_need_id_need'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_meetup_meeting_offer_id_offer'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['slot_id'], ['meetup_slot.id'], name=op.f('fk_meetup_meeting_slot_id_meetup_slot'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['table_id'], ['meetup_table.id'], name=op.f('fk_meetup_meeting_table_id_meetup_table'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_meeting')),
    sa.UniqueConstraint('day_id', 'key', name=op.f('uq_meetup_meeting_day_id')),
    sa.UniqueConstraint('uid', name=op.f('uq_meetup_meeting_uid'))
    )
    with op.batch_alter_table('meetup_meeting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_meeting_introduction_id'), ['introduction_id'], unique=False)

    op.create_table('meetup_meeting_inquiry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('days_after', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('report', sa.String(length=40), nullable=True),
    sa.Column('satisfaction', sa.Integer(), nullable=True),
    sa.Column('stage', sa.String(length=40), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetup_meeting.id'], name=op.f('fk_meetup_meeting_inquiry_meeting_id_meetup_meeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_meeting_inquiry_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_meeting_inquiry')),
    sa.UniqueConstraint('meeting_id', 'participant_id', 'days_after', name=op.f('uq_meetup_meeting_inquiry_meeting_id'))
    )
    with op.batch_alter_table('meetup_meeting_inquiry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_meeting_inquiry_due_at'), ['due_at'], unique=False)
        batch_op.create_index('ix_meetup_meeting_inquiry_waiting', ['participant_id', 'answered_at'], unique=False)

    op.create_table('meetup_meeting_seat',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetup_meeting.id'], name=op.f('fk_meetup_meeting_seat_meeting_id_meetup_meeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_meeting_seat_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('meeting_id', 'participant_id', name=op.f('pk_meetup_meeting_seat'))
    )
    with op.batch_alter_table('meetup_meeting_seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_meeting_seat_participant_id'), ['participant_id'], unique=False)

    op.create_table('meetup_meeting_version',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('room', sa.String(length=120), nullable=False),
    sa.Column('table', sa.String(length=40), nullable=False),
    sa.Column('is_cancelled', sa.Boolean(), nullable=False),
    sa.Column('participant_ids', sa.JSON(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetup_meeting.id'], name=op.f('fk_meetup_meeting_version_meeting_id_meetup_meeting'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('meeting_id', 'sequence', name=op.f('pk_meetup_meeting_version'))
    )
    op.create_table('meetup_meeting_notice',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('told_sequence', sa.Integer(), nullable=True),
    sa.Column('seen_sequence', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetup_meeting.id'], name=op.f('fk_meetup_meeting_notice_meeting_id_meetup_meeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_meeting_notice_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('meeting_id', 'participant_id', name=op.f('pk_meetup_meeting_notice'))
    )
    with op.batch_alter_table('meetup_meeting_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_meeting_notice_participant_id'), ['participant_id'], unique=False)

    op.create_table('meetup_planned_meeting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.Column('table_id', sa.Integer(), nullable=False),
    sa.Column('is_locked', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetup_meeting.id'], name=op.f('fk_meetup_planned_meeting_meeting_id_meetup_meeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['plan_id'], ['meetup_plan.id'], name=op.f('fk_meetup_planned_meeting_plan_id_meetup_plan'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['slot_id'], ['meetup_slot.id'], name=op.f('fk_meetup_planned_meeting_slot_id_meetup_slot')),
    sa.ForeignKeyConstraint(['table_id'], ['meetup_table.id'], name=op.f('fk_meetup_planned_meeting_table_id_meetup_table')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetup_planned_meeting')),
    sa.UniqueConstraint('plan_id', 'meeting_id', name='uq_meetup_planned_meeting_once'),
    sa.UniqueConstraint('plan_id', 'slot_id', 'table_id', name='uq_meetup_planned_meeting_table')
    )
    with op.batch_alter_table('meetup_planned_meeting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_planned_meeting_meeting_id'), ['meeting_id'], unique=False)

    op.create_table('meetup_planned_seat',
    sa.Column('planned_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('slot_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['meetup_participant.id'], name=op.f('fk_meetup_planned_seat_participant_id_meetup_participant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['plan_id'], ['meetup_plan.id'], name=op.f('fk_meetup_planned_seat_plan_id_meetup_plan'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['planned_id'], ['meetup_planned_meeting.id'], name=op.f('fk_meetup_planned_seat_planned_id_meetup_planned_meeting'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['slot_id'], ['meetup_slot.id'], name=op.f('fk_meetup_planned_seat_slot_id_meetup_slot')),
    sa.PrimaryKeyConstraint('planned_id', 'participant_id', name=op.f('pk_meetup_planned_seat')),
    sa.UniqueConstraint('plan_id', 'slot_id', 'participant_id', name='uq_meetup_planned_seat_place')
    )
    with op.batch_alter_table('meetup_planned_seat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meetup_planned_seat_participant_id'), ['participant_id'], unique=False)

    with op.batch_alter_table('meetup_day', schema=None) as batch_op:
        batch_op.add_column(sa.Column('time_zone', sa.String(length=60), nullable=False, server_default='Europe/Paris'))
        batch_op.add_column(sa.Column('address', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('state', sa.String(length=40), nullable=False, server_default='annoncee'))
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('seats_per_organization', sa.Integer(), nullable=False, server_default='3'))
        batch_op.add_column(sa.Column('needs_approval', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('registration_closes_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wishes_close_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wish_days', sa.Integer(), nullable=False, server_default='7'))
        batch_op.add_column(sa.Column('wishes_per_participant', sa.Integer(), nullable=False, server_default='12'))
        batch_op.add_column(sa.Column('same_side_wishes', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('least_meetings', sa.Integer(), nullable=False, server_default='3'))
        batch_op.add_column(sa.Column('most_meetings', sa.Integer(), nullable=False, server_default='10'))
        batch_op.add_column(sa.Column('fairness', sa.Integer(), nullable=False, server_default='2'))
        batch_op.add_column(sa.Column('published_plan_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('cancelled_reason', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('state_before', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('hall_key', sa.String(length=32), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('created_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('created_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('lock', sa.Integer(), nullable=False, server_default='1'))
        batch_op.create_index(batch_op.f('ix_meetup_day_state'), ['state'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_meetup_day_created_by_id_user'), 'user', ['created_by_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_meetup_day_published_plan_id_meetup_plan'), 'meetup_plan', ['published_plan_id'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('stored_mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar', sa.Text(), nullable=False, server_default=''))



def downgrade() -> None:
    with op.batch_alter_table('stored_mail', schema=None) as batch_op:
        batch_op.drop_column('calendar')

    with op.batch_alter_table('meetup_day', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_meetup_day_published_plan_id_meetup_plan'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_meetup_day_created_by_id_user'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_meetup_day_state'))
        batch_op.drop_column('lock')
        batch_op.drop_column('updated_at')
        batch_op.drop_column('created_at')
        batch_op.drop_column('created_by_id')
        batch_op.drop_column('hall_key')
        batch_op.drop_column('state_before')
        batch_op.drop_column('cancelled_reason')
        batch_op.drop_column('published_plan_id')
        batch_op.drop_column('fairness')
        batch_op.drop_column('most_meetings')
        batch_op.drop_column('least_meetings')
        batch_op.drop_column('same_side_wishes')
        batch_op.drop_column('wishes_per_participant')
        batch_op.drop_column('wish_days')
        batch_op.drop_column('wishes_close_at')
        batch_op.drop_column('registration_closes_at')
        batch_op.drop_column('needs_approval')
        batch_op.drop_column('seats_per_organization')
        batch_op.drop_column('capacity')
        batch_op.drop_column('state')
        batch_op.drop_column('address')
        batch_op.drop_column('time_zone')

    with op.batch_alter_table('meetup_planned_seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_planned_seat_participant_id'))

    op.drop_table('meetup_planned_seat')
    with op.batch_alter_table('meetup_planned_meeting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_planned_meeting_meeting_id'))

    op.drop_table('meetup_planned_meeting')
    with op.batch_alter_table('meetup_meeting_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_meeting_notice_participant_id'))

    op.drop_table('meetup_meeting_notice')
    op.drop_table('meetup_meeting_version')
    with op.batch_alter_table('meetup_meeting_seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_meeting_seat_participant_id'))

    op.drop_table('meetup_meeting_seat')
    with op.batch_alter_table('meetup_meeting_inquiry', schema=None) as batch_op:
        batch_op.drop_index('ix_meetup_meeting_inquiry_waiting')
        batch_op.drop_index(batch_op.f('ix_meetup_meeting_inquiry_due_at'))

    op.drop_table('meetup_meeting_inquiry')
    with op.batch_alter_table('meetup_meeting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_meeting_introduction_id'))

    op.drop_table('meetup_meeting')
    with op.batch_alter_table('meetup_group_seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_group_seat_participant_id'))

    op.drop_table('meetup_group_seat')
    with op.batch_alter_table('meetup_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_group_day_id'))

    op.drop_table('meetup_group')
    with op.batch_alter_table('meetup_session_seat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_session_seat_participant_id'))

    op.drop_table('meetup_session_seat')
    with op.batch_alter_table('meetup_wish_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_wish_line_wish_id'))
        batch_op.drop_index(batch_op.f('ix_meetup_wish_line_batch_id'))

    op.drop_table('meetup_wish_line')
    with op.batch_alter_table('meetup_wish_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_wish_batch_day_id'))

    op.drop_table('meetup_wish_batch')
    with op.batch_alter_table('meetup_wish', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_wish_wished_id'))
        batch_op.drop_index(batch_op.f('ix_meetup_wish_expires_at'))
        batch_op.drop_index(batch_op.f('ix_meetup_wish_day_id'))

    op.drop_table('meetup_wish')
    op.drop_table('meetup_table')
    with op.batch_alter_table('meetup_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_session_day_id'))

    op.drop_table('meetup_session')
    with op.batch_alter_table('meetup_pair_rule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_pair_rule_second_id'))
        batch_op.drop_index(batch_op.f('ix_meetup_pair_rule_day_id'))

    op.drop_table('meetup_pair_rule')
    with op.batch_alter_table('meetup_participant_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_participant_event_participant_id'))

    op.drop_table('meetup_participant_event')
    with op.batch_alter_table('meetup_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_request_day_id'))
        batch_op.drop_index(batch_op.f('ix_meetup_request_created_at'))

    op.drop_table('meetup_request')
    op.drop_table('meetup_print')
    with op.batch_alter_table('meetup_invitee_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_invitee_line_batch_id'))

    op.drop_table('meetup_invitee_line')
    with op.batch_alter_table('meetup_invitee_batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_invitee_batch_day_id'))

    op.drop_table('meetup_invitee_batch')
    with op.batch_alter_table('meetup_attendee', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_attendee_user_id'))
        batch_op.drop_index(batch_op.f('ix_meetup_attendee_participant_id'))

    op.drop_table('meetup_attendee')
    with op.batch_alter_table('meetup_absence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_absence_participant_id'))

    op.drop_table('meetup_absence')
    op.drop_table('meetup_slot')
    op.drop_table('meetup_room')
    op.drop_table('meetup_plan')
    with op.batch_alter_table('meetup_participant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meetup_participant_organization_id'))
        batch_op.drop_index('ix_meetup_participant_day_state')

    op.drop_table('meetup_participant')
