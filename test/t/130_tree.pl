# A large tree: what is loaded of it is what the rules say, a subtree moves as
# one row does, what does not fit into memory is slower and not wrong, and
# whatever takes its time can be interrupted.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('tree');
$node->init;
$node->start;
World::create($node);

# Below category 1, which is Ann's, 40,000 that inherit, in 20 layers; each
# seventh has members of its own, and so cuts off what inherits from it. Beside
# it 20,000 that do not, in which Bob is, at every level in turn; and Fred is in
# some that lie so far apart that no bitmap holds them.
$node->safe_psql('postgres', q(
	INSERT INTO authz.category (category_id, account_id, privacy) SELECT g, 1,
			CASE WHEN g % 11 = 0 THEN 'all' WHEN g % 13 = 0 THEN 'authenticated_users' ELSE 'members_only' END::authz_privacy
		FROM generate_series(100001, 160000) g
		UNION ALL SELECT 10000000000 * g, 1, 'members_only' FROM generate_series(1, 10000) g;
	INSERT INTO authz.category_place (category_id, account_id, parent_id, name, inheritance)
		SELECT g, 1, CASE WHEN g <= 102000 THEN 1 WHEN g <= 140000 THEN g - 2000 END, 'c' || g,
			CASE WHEN g % 7 = 0 OR g > 140000 THEN 'manual' ELSE 'inherit' END::authz_inheritance
		FROM generate_series(100001, 160000) g
		UNION ALL SELECT 10000000000 * g, 1, NULL, 'f' || g, 'manual' FROM generate_series(1, 10000) g;
	SELECT authz_user_add(u) FROM unnest('{carl,dora,fred,boss}'::text[]) u;
	INSERT INTO authz.category_user (category_id, principal_id, account_id, level)
		SELECT g, p.principal_id, 1, (enum_range(NULL::authz_level))[1 + g % 5]
		FROM generate_series(140001, 160000) g, authz.principal p WHERE p.user_id = 'bob'
		UNION ALL SELECT 10000000000 * g, p.principal_id, 1, 'manager'
		FROM generate_series(1, 10000) g, authz.principal p WHERE p.user_id = 'fred';
	SELECT authz_category_user_add(1, 'dora', 'moderator');
	SELECT authz_category_user_add(g, 'dora', 'manager') FROM generate_series(100002, 104000) g WHERE g % 7 = 0;
	SELECT authz_category_user_add(139993, 'carl');
	INSERT INTO token SELECT i.user_id, i.session_token
		FROM secret, unnest('{carl,dora,fred}'::text[]) u, authz_start_secret_session(1, secret.value, u) i;
	INSERT INTO token SELECT 'boss', i.session_token FROM secret, authz_start_secret_session(1, secret.value, 'boss', 'admin') i;
	INSERT INTO token SELECT 'site', i.session_token
		FROM secret, authz_start_secret_session(1, secret.value, 'carl', 'user', 86400, 'privacycontext:site') i;

	-- Where the members of each category are.
	CREATE VIEW homes AS
		WITH RECURSIVE home (category_id, home_id) AS (
			SELECT p.category_id, p.category_id FROM authz.category_place p WHERE p.inheritance = 'manual'
			UNION ALL
			SELECT p.category_id, h.home_id FROM home h JOIN authz.category_place p ON p.parent_id = h.category_id
			WHERE p.inheritance = 'inherit')
		TABLE home;
	CREATE MATERIALIZED VIEW home AS TABLE homes;
	CREATE INDEX ON home (home_id);
	ANALYZE;

	-- What the rules say of members, their owners apart.
	CREATE FUNCTION ruled(name text, lowest authz_level) RETURNS bigint[] LANGUAGE sql AS $$
		SELECT coalesce(array_agg(DISTINCT h.category_id ORDER BY h.category_id), '{}')
		FROM authz.principal p
		JOIN authz.category_user u ON u.principal_id = p.principal_id AND u.level >= lowest
		JOIN home h ON h.home_id = u.category_id
		WHERE p.user_id IN (name, CASE name WHEN 'ann' THEN 'staff' END)
	$$;
	-- What the session has.
	CREATE FUNCTION loaded(name text, level text) RETURNS bigint[] LANGUAGE plpgsql AS $$
	DECLARE
		result bigint[];
	BEGIN
		PERFORM set_config('authz.session', t.value, true) FROM token t WHERE t.name = loaded.name;
		result := authz_visible_categories(level);
		PERFORM set_config('authz.session', '', true);
		RETURN result;
	END $$;
));

# Somebody who reads, and keeps what he has loaded.
sub reader
{
	my ($name) = @_;
	my $reader = $node->background_psql('postgres', on_error_stop => 0);

	$reader->query_safe("\\set VERBOSITY sqlstate\nSET ROLE reader; SET authz.session = '" . World::token($node, $name) . "'");
	return $reader;
}

my $sees  = 'SELECT cardinality(authz_visible_categories())';
my $level = "SELECT cardinality(authz_visible_categories('moderator'))";

# What is loaded --------------------------------------------------------

foreach my $who ('ann', 'bob', 'carl', 'dora', 'fred')
{
	foreach my $least ('contributor', 'moderator', 'manager')
	{
		is($node->safe_psql('postgres', "SELECT loaded('$who', '$least') = ruled('$who', '$least')"),
			't', "$who: $least where the rules say so");
	}
	is( $node->safe_psql('postgres', qq(
			SELECT loaded('$who', 'member') = ARRAY(
				SELECT unnest(ruled('$who', 'member'))
				UNION SELECT category_id FROM authz.category WHERE privacy > 'members_only'
				ORDER BY 1))),
		't', "$who: member where the rules say so, and what privacy opens");
}
is( $node->safe_psql('postgres', q(SELECT loaded('site', 'member'))), '{}', 'nothing has the context yet');
$node->safe_psql('postgres', q(SELECT authz_category_update(1, privacy_context => 'site')));
is( $node->safe_psql('postgres', q(
		SELECT loaded('site', 'member') = ARRAY(
			SELECT category_id FROM authz.category WHERE privacy > 'members_only' AND category_id BETWEEN 100001 AND 140000
			UNION SELECT unnest(ruled('carl', 'member')) ORDER BY 1))),
	't', 'what is below the context, and nothing else, is open to who is confined to it');
is( $node->safe_psql('postgres', q(
		SELECT loaded('bob', 'member') = ARRAY(
			SELECT unnest(ruled('bob', 'member'))
			UNION SELECT category_id FROM authz.category WHERE privacy > 'members_only' AND category_id > 140000
			ORDER BY 1))),
	't', 'what is below the context is open to nobody else');

# Moving ---------------------------------------------------------------

my %reader = map { $_ => reader($_) } 'ann', 'bob', 'carl', 'dora', 'fred', 'site', 'boss';
my $mover  = $node->background_psql('postgres');
my $writer = $node->background_psql('postgres');
my %before = map { $_ => $reader{$_}->query_safe($sees) } keys %reader;

# One that inherits, under category 1, and below it all the rest.
$node->safe_psql('postgres', q(
	SELECT authz_category_add('all', 1, inheritance => 'inherit', category_id => 99999);
	SELECT authz_category_move(ARRAY(SELECT generate_series(100001, 102000)), 99999);
));
is($reader{ann}->query_safe($sees), $before{ann} + 1, 'who has what is above has what is put in between');
is($reader{$_}->query_safe($sees), $before{$_}, "nothing becomes of it to $_") foreach 'bob', 'carl', 'fred';

# While the subtree is on its way, others read and write and do not wait.
$mover->query_safe('BEGIN; SELECT authz_category_move(ARRAY[99999], 2)');
$writer->query_safe(q(SET statement_timeout = '60s'));
is($reader{$_}->query_safe($sees), $before{$_} + ($_ eq 'ann' || $_ eq 'dora' || $_ eq 'boss'), "$_ still has what he had")
  foreach sort keys %reader;
$writer->query_safe($_) foreach (
	q(SELECT authz_category_add('new', 1, category_id => 300001)),
	q(SELECT authz_category_add('new', 2, category_id => 300002)),
	q(SELECT authz_category_add('new', 120000, inheritance => 'inherit', category_id => 300003)),
	q(SELECT authz_category_user_add(1, 'carl'), authz_category_user_add(2, 'carl'), authz_category_user_add(100002, 'carl')),
	q(SELECT authz_category_update(100003, 'renamed'), authz_category_update(1, 'renamed'), authz_category_update(300001, owner => 'bob')),
	q(SELECT authz_category_update(120002, inheritance => 'manual')),
	q(SELECT authz_category_user_delete(1, 'carl'), authz_category_user_delete(2, 'carl'), authz_category_user_delete(100002, 'carl')),
	q(SELECT authz_category_delete(300001), authz_category_delete(300002), authz_category_delete(300003)),
	q(SELECT authz_user_add('eve'), authz_group_add('crew'), authz_group_user_add('crew', 'eve')));
pass('others have written all around it');
$mover->query_safe('COMMIT');

$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW home');
foreach my $who ('ann', 'bob', 'dora', 'fred')
{
	is( $reader{$who}->query_safe('SELECT authz_visible_categories()'),
		$node->safe_psql('postgres', qq(
			SELECT ARRAY(SELECT unnest(ruled('$who', 'member'))
				UNION SELECT category_id FROM authz.category WHERE privacy > 'members_only' ORDER BY 1))),
		"$who has at once what the new place gives");
}
is($reader{site}->query_safe($sees), 0, 'and the context no longer reaches there');
is($reader{boss}->query_safe($sees), $before{boss} + 1, 'who manages all still does');

# A subtree that does not inherit takes its members along: nobody's levels are loaded anew.
$node->safe_psql('postgres', 'SELECT authz_category_update(99999, inheritance => $$manual$$)');
$reader{$_}->query_safe($sees) foreach keys %reader;
my %loads = map { $_ => $reader{$_}->query_safe('SELECT subjects_loaded FROM authz_stats') } keys %reader;
$node->safe_psql('postgres', 'SELECT authz_category_move(ARRAY[99999], 1)');
foreach my $who (sort keys %reader)
{
	$reader{$who}->query_safe($sees);
	is($reader{$who}->query_safe('SELECT subjects_loaded FROM authz_stats'),
		$loads{$who}, "$who loads nothing of himself anew");
}
is($node->safe_psql('postgres', q(SELECT contexts FROM authz_categories WHERE category_id = 120000)),
	'{site}', 'but it has the contexts of its new place');
isnt($reader{site}->query_safe($sees), 0, 'which reach it');

# What no function lets anybody make, a superuser's hand does: then loading ends all the same.
my $reached = $reader{site}->query_safe($sees);
$node->safe_psql('postgres', 'UPDATE authz.category_place SET parent_id = 139996 WHERE category_id = 1');
is($reader{site}->query_safe($sees), $reached, 'a circle has an end');
$node->safe_psql('postgres', 'UPDATE authz.category_place SET parent_id = NULL WHERE category_id = 1');

# Memory ----------------------------------------------------------------

# What Fred has needs more, so it is loaded again for each statement; what fits is kept.
my $small = $node->background_psql('postgres');
$small->query_safe("SET authz.cache_memory = '64kB'; SET ROLE reader");
foreach my $who ('fred', 'dora')
{
	$small->query_safe("SET authz.session = '" . World::token($node, $who) . "'");
	my $loads = $small->query_safe('SELECT subjects_loaded FROM authz_stats');
	my @results = map { $small->query_safe($level) } 1 .. 3;

	is_deeply(\@results, [ ($reader{$who}->query_safe($level)) x 3 ], "beyond the memory $who has the same rights");
	is($small->query_safe('SELECT subjects_loaded FROM authz_stats') - $loads,
		$who eq 'fred' ? 3 : 1, "loaded as often as $who asks, or once");
	cmp_ok($small->query_safe('SELECT bytes_kept FROM authz_stats'), '<=', 65536, 'and no more memory is kept');
}
$small->quit;

# Interrupting ----------------------------------------------------------

# A loader that waits for a lock, and then one that works, is cancelled; what it
# had read of is not kept.
my %question = (
	'authz.group_user'     => $sees,
	'authz.category_user'  => $sees,
	'authz.category_place' => $level,
	'authz.category'       => $sees,
	'authz.role'           => q(SELECT authz_has_permission('video.view')),
	'authz.permission'     => q(SELECT authz_has_permission('video.view')));
foreach my $table (sort keys %question)
{
	my $reader = reader('dora');
	my $answer = $reader{dora}->query_safe($question{$table});
	my $pid    = $reader->query_safe('SELECT pg_backend_pid()');

	$mover->query_safe("BEGIN; LOCK TABLE $table");
	World::send_query($reader, $question{$table});
	$node->poll_query_until('postgres', "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $pid")
	  or die 'it does not wait';
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	$reader->query('SELECT 1');
	like($reader->{stderr}, qr/57014/, "cancelled while it reads $table");
	$reader->{stderr} = '';
	$mover->query_safe('ROLLBACK');
	is($reader->query_safe($question{$table}), $answer, 'and the next statement is as if nothing had been');
	$reader->quit;
}
foreach my $who ('ann', 'bob', 'site', 'boss')
{
	my $reader = reader($who);

	$reader->query('SET statement_timeout = 1');
	$reader->query($sees);
	like($reader->{stderr}, qr/57014/, "a timeout ends the loading of $who");
	$reader->{stderr} = '';
	$reader->query_safe('SET statement_timeout = 0');
	is($reader->query_safe($sees), $reader{$who}->query_safe($sees), 'and the next statement is as if nothing had been');
	$reader->quit;
}

# Deleting --------------------------------------------------------------

is($node->safe_psql('postgres', 'SELECT authz_category_delete(99999, true)'), 't', 'a subtree of 40,000 is deleted');
is($node->safe_psql('postgres', 'SELECT count(*) FROM authz.category_place WHERE category_id BETWEEN 99999 AND 140000'),
	0, 'and nothing of it is left');
is($reader{ann}->query_safe("SELECT authz_can_view(1), authz_can_view(120000)"), 't|f', 'nor is it in what anybody has loaded');
is($reader{boss}->query_safe('SELECT authz_can_view(2), authz_can_view(120000)'), 't|f', 'who manages all included');

$_->quit foreach values %reader, $mover, $writer;
$node->stop;
done_testing();
