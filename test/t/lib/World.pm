# A small world to test in: an account, who is in it and what they may see.

package World;

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

# Ann is a member of category 1, Bob of 2, the staff, of which Ann is one, of 3.
# Video n is in category n; 5 is nobody's. Table token has a session for each.
my $world = <<'SQL';
CREATE EXTENSION authz CASCADE;
DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE secret (value text);
CREATE TABLE token (name text, value text);
CREATE TABLE video (id int PRIMARY KEY, category_id bigint, title text);
CREATE INDEX ON video (category_id);
INSERT INTO video SELECT g, g, 'title' FROM generate_series(1, 5) g;
GRANT SELECT ON token, video TO reader;

-- What somebody sees of the videos.
CREATE FUNCTION seen(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ids text;
BEGIN
	PERFORM set_config('authz.session', coalesce((SELECT value FROM token t WHERE t.name = seen.name), name), true);
	SET LOCAL ROLE reader;
	SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'nothing') INTO ids FROM video;
	RESET ROLE;
	PERFORM set_config('authz.session', '', true);
	RETURN ids;
END $$;

SET client_min_messages = error;
INSERT INTO secret SELECT admin_secret FROM authz_account_add('test', 1);
SELECT authz_user_add(u) FROM unnest('{ann,bob}'::text[]) u;
SELECT authz_group_add('staff'), authz_group_user_add('staff', 'ann');
SELECT authz_permission_add('video.view'), authz_role_add('viewer', '{video.*}', role_id => 1);
SELECT authz_role_user_add(1, 'staff');
SELECT authz_category_add('c' || g, category_id => g) FROM generate_series(1, 5) g;
SELECT authz_category_user_add(1, 'ann'), authz_category_user_add(2, 'bob'), authz_category_user_add(3, 'staff');
SELECT authz_protect('video', 'category_id');
INSERT INTO token SELECT i.user_id, i.session_token
	FROM secret, unnest('{ann,bob}'::text[]) u, authz_start_secret_session(1, secret.value, u) i;
SQL

# The extension goes into the first schema of the search path.
sub create
{
	my ($node, $database) = @_;

	$node->safe_psql($database // 'postgres', $world);
	return;
}

# What ann sees and what bob sees.
sub is_seen
{
	my ($node, $ann, $bob, $name) = @_;

	is($node->safe_psql('postgres', q(SELECT seen('ann'), seen('bob'))), "$ann|$bob", $name);
	return;
}

# The token of somebody.
sub token
{
	my ($node, $name) = @_;

	return $node->safe_psql('postgres', "SELECT value FROM token WHERE name = '$name'");
}

# The SQLSTATE of a statement.
sub sqlstate
{
	my ($node, $sql, %params) = @_;
	my ($ret, $stdout, $stderr) =
	  $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql", on_error_stop => 0, %params);

	return $stderr =~ /ERROR:\s+(\w{5})/ ? $1 : '00000';
}

# Sends a statement that will wait, to a connection of background_psql; its
# result comes with the next query.
sub send_query
{
	my ($connection, $sql) = @_;

	$connection->query_until(qr/sent/, "\\echo sent\n$sql;\n");
	return;
}

1;
