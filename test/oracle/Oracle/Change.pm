# Random changes of who may what.

package Oracle::Change;

use strict;
use warnings;

use Oracle::Connection qw(quote);
use Oracle::Random;

my @CONTEXTS = qw(press sales house);
my @LEVELS = qw(none member contributor moderator manager);

sub of
{
	my ($account, $sql) = @_;

	return { account => $account, sql => $sql };
}

# ---- parts of statements ----

# An argument, so many times in a hundred.
sub option
{
	my ($percent, $name, $value) = @_;

	return chance($percent) ? ", $name => " . quote($value) : '';
}

# A time that has not come, is over, or is now.
sub period
{
	my ($percent) = @_;

	return '' unless chance($percent);
	return pick(
		", valid_until => now() - interval '1 day'",
		", valid_from => now() + interval '1 day'",
		", valid_from => now() - interval '1 day', valid_until => now() + interval '1 day'",
		", valid_from => now() - interval '2 days', valid_until => now() - interval '1 day'");
}

sub contexts
{
	my ($separator) = @_;

	return join $separator, (shuffled(@CONTEXTS))[ 0 .. (chance(30) ? 1 : 0) ];
}

# Of a role: '{article.*,content.view_all}'.
sub patterns
{
	my @patterns = map {
		chance(25)
		  ? pick('*', '*', 'content.view_all', 'content.manage_all', 'category.list', 'category.*', 'content.*')
		  : pick(qw(article folder shared abroad)) . pick('.*', '.*', '.*', '.view', '.add', '.update', '.delete', '.publish', '.view.*')
	} 1 .. 1 + int rand 4;

	return '{' . join(',', @patterns) . '}';
}

# As in Oracle::Row: rows of all tables have small ids.
sub keys_of_rows
{
	return '*' if chance(10);
	return join '/', map { pick($_, "f$_", sprintf '00000000-0000-4000-8000-%012d', $_) } map { 1 + int rand 12 } 1 .. 1 + int rand 5;
}

# Of a session.
sub privileges
{
	my ($world, $account) = @_;
	my @privileges;

	push @privileges, 'privacycontext:' . contexts('/') if chance(25);
	push @privileges, 'disableentitlement' if chance(10);
	push @privileges, 'enableentitlement' if chance(8);
	push @privileges, 'setrole:' . (chance(85) ? $world->role($account) : pick('role1', '999')) if chance(15);
	push @privileges, 'restrictingrole:' . (chance(85) ? $world->role($account) : '999') if chance(8);
	push @privileges, 'sview:' . keys_of_rows() if chance(15);
	push @privileges, 'disableentitlementforentry:' . keys_of_rows() if chance(8);
	push @privileges, 'edit:' . keys_of_rows() if chance(15);
	push @privileges, 'limitentry:' . pick(1 .. 9, 'f1' .. 'f9', 1000, 'f1000') if chance(5);
	push @privileges, 'enablecategorymoderation' if chance(5);
	push @privileges, 'edituser:' . pick('*', $world->user($account), $world->user($account) . '/' . $world->user($account)) if chance(15);
	return join ',', @privileges;
}

# ---- the account ----

sub settings
{
	my ($world, $account) = @_;
	my $role = chance(70) ? quote($world->role($account)) : 'NULL';

	return of($account, "SELECT authz_account_update($account, settings => jsonb_build_object('default_"
		  . pick(qw(user widget)) . "_role', $role))");
}

sub change_account
{
	my ($world, $account) = @_;

	return settings($world, $account) if chance(60);
	return of($account, "SELECT authz_account_update($account, status => '" . pick(qw(blocked active active active)) . "')");
}

# ---- users and groups ----

sub add_user
{
	my ($world, $account, $user) = @_;

	return of($account, "SELECT authz_user_add('$user')");
}

sub add_group
{
	my ($world, $account, $group) = @_;

	return of($account, "SELECT authz_group_add('$group')");
}

sub add_to_group
{
	my ($world, $account) = @_;
	my ($group, $part) = ($world->group($account), $world->principal($account));

	return of($account, "SELECT authz_group_user_add('$group', '$part'" . option(20, 'level', 'manager') . period(15) . ')');
}

sub change_principal
{
	my ($world, $account) = @_;
	my ($user, $group) = ($world->user($account), $world->group($account));

	return of($account, 'SELECT authz_' . pick_weighted(
			[ 4, "user_update('$user', status => 'blocked')" ],
			[ 6, "user_update('$user', status => 'active')" ],
			[ 4, "group_update('$group', status => 'blocked')" ],
			[ 6, "group_update('$group', status => 'active')" ],
			[ 1, "user_delete('$user')" ],
			[ 1, "group_delete('$group')" ],
			[ 2, "user_add('$user'" . option(80, 'reuse', 'true') . ')' ],
			[ 1, "group_add('$group')" ],
			[ 8, "group_user_delete('$group', '" . $world->principal($account) . "')" ]));
}

# ---- roles and permissions ----

sub add_permission
{
	my ($world, $account, $name) = @_;
	my ($prefix, $command) = split /\./, $name;
	my $needs = $command eq 'view' ? '' : option(25, 'depends_on', pick("{$prefix.view}", '{content.view_all}'));

	return of($account, "SELECT authz_permission_add('$name'$needs)");
}

sub change_permission
{
	my ($world, $account) = @_;
	my $name = pick($account == 1 ? qw(article folder shared) : qw(abroad shared)) . '.'
	  . pick(qw(view add update delete publish view.deep));

	return chance(60)
	  ? add_permission($world, $account, $name)
	  : of($account, "SELECT authz_permission_delete('$name')");
}

sub add_role
{
	my ($world, $account, $id) = @_;

	return of($account, "SELECT authz_role_add('role$id', " . quote(patterns()) . option(25, 'exceptions', patterns())
		  . option(12, 'everyone', 'true') . option(8, 'minimum_assurance', 1) . option(5, 'multifactor', 'true')
		  . ", role_id => $id)");
}

sub give_role
{
	my ($world, $account) = @_;
	my ($role, $holder) = ($world->role($account), $world->principal($account));

	return of($account, "SELECT authz_role_user_add($role, '$holder'" . period(15) . ')');
}

sub change_role
{
	my ($world, $account) = @_;
	my $role = $world->role($account);

	return of($account, 'SELECT authz_' . pick_weighted(
			[ 5, "role_update($role, permissions => " . quote(patterns()) . ')' ],
			[ 3, "role_update($role, exceptions => " . quote(patterns()) . ')' ],
			[ 2, "role_update($role, clear => '{exceptions}')" ],
			[ 3, "role_update($role, everyone => " . pick(qw(true false)) . ')' ],
			[ 3, "role_update($role, status => '" . pick(qw(blocked active active)) . "')" ],
			[ 1, "role_update($role, minimum_assurance => 1)" ],
			[ 2, "role_update($role, multifactor => false, clear => '{minimum_assurance}')" ],
			[ 5, "role_user_delete($role, '" . $world->principal($account) . "')" ],
			[ 1, "role_delete($role)" ]));
}

# ---- categories and their members ----

sub add_category
{
	my ($world, $account) = @_;
	my $parent = chance(65) ? $world->made_category($account) : undef;
	my $inherits = defined $parent && chance(45);
	my $id = $world->free_category($account);

	return move_category($world, $account) unless defined $id;
	return of($account, "SELECT authz_category_add('c$id'"
		  . (defined $parent ? ", parent_id => $parent" : '')
		  . ($inherits ? ", inheritance => 'inherit'" : option(20, 'owner', $world->principal($account)))
		  . option(45, 'privacy', pick(qw(all authenticated_users)))
		  . option(25, 'privacy_context', contexts(','))
		  . option(25, 'contribution_policy', 'all')
		  . option(30, 'appear_in_list', 'everyone')
		  . option(15, 'moderation', 'true')
		  . ", category_id => $id)");
}

sub update_category
{
	my ($world, $account) = @_;
	my $what = pick_weighted(
		[ 4, "inheritance => '" . pick(qw(inherit manual)) . "'" ],
		[ 3, "privacy => '" . pick(qw(members_only authenticated_users all)) . "'" ],
		[ 2, "privacy_context => '" . contexts(',') . "'" ],
		[ 1, "clear => '{privacy_context}'" ],
		[ 2, "contribution_policy => '" . pick(qw(members_with_contribution_permission all)) . "'" ],
		[ 1, "appear_in_list => '" . pick(qw(category_members_only everyone)) . "'" ],
		[ 1, 'moderation => ' . pick(qw(false true)) ],
		[ 2, "owner => '" . $world->principal($account) . "'" ],
		[ 1, "clear => '{owner}'" ]);

	return of($account, 'SELECT authz_category_update(' . $world->category($account) . ", $what)");
}

sub move_category
{
	my ($world, $account) = @_;
	my $ids = $world->category($account) . (chance(20) ? ', ' . $world->category($account) : '');

	return of($account, "SELECT authz_category_move(ARRAY[$ids], " . (chance(75) ? $world->category($account) : 'NULL') . ')');
}

sub delete_category
{
	my ($world, $account) = @_;
	my $id = $world->category($account);

	$world->forget_category($account, $id);
	return of($account, "SELECT authz_category_delete($id" . option(60, 'subtree', 'true') . ')');
}

sub add_member
{
	my ($world, $account) = @_;
	my ($category, $member) = ($world->category($account), $world->principal($account));

	return of($account, "SELECT authz_category_user_add($category, '$member'" . option(85, 'permission_level', pick(@LEVELS)) . period(15) . ')');
}

sub change_member
{
	my ($world, $account) = @_;
	my $member = $world->category($account) . ", '" . $world->principal($account) . "'";

	return of($account, 'SELECT authz_category_user_' . pick_weighted(
			[ 4, "update($member, permission_level => '" . pick(@LEVELS) . "')" ],
			[ 2, "deactivate($member)" ],
			[ 2, "activate($member)" ],
			[ 3, "delete($member)" ]));
}

# ---- what no function does ----

# Rows of authz's own tables, changed by a superuser.
sub change_tables
{
	my ($world, $account) = @_;
	my $time = pick("now() - interval '1 day'", "now() + interval '1 day'", 'NULL');
	my $bound = pick(qw(valid_from valid_until));
	my $of_account = "SELECT principal_id FROM authz.principal WHERE account_id = $account AND reused_at IS NULL";
	my $somebody = "($of_account AND user_id = '" . $world->principal($account) . "')";
	my $group = "($of_account AND user_id = '" . $world->group($account) . "')";
	my $category = $world->category($account);

	return of($account, pick_weighted(
			[ 3, 'UPDATE authz.category_user SET status = \'' . pick(qw(pending not_active active active)) . "' WHERE principal_id = $somebody" ],
			[ 2, "UPDATE authz.category_user SET $bound = $time WHERE category_id = $category" ],
			[ 2, "UPDATE authz.group_user SET $bound = $time WHERE principal_id = $somebody" ],
			[ 2, "UPDATE authz.role_user SET $bound = $time WHERE principal_id = $somebody" ],
			[ 1, "UPDATE authz.category_user SET principal_id = $somebody WHERE category_id = $category" ],
			[ 1, "UPDATE authz.group_user SET group_id = $group WHERE principal_id IN ($of_account AND kind <> 'group' AND user_id <= 'b')" ],
			[ 1, "DELETE FROM authz.category_user WHERE principal_id = $somebody" ],
			[ 1, "DELETE FROM authz.group_user WHERE group_id = $group" ],
			[ 1, "DELETE FROM authz.role_user WHERE principal_id = $somebody" ]));
}

# This waits for all who read.
sub truncate_table
{
	my ($world, $account) = @_;

	return { %{ of($account, 'TRUNCATE authz.' . pick(qw(category_user group_user role_user))) }, alone => 1 };
}

# ---- sessions ----

# There is always a widget session, an administrator's, a user's, and a
# neighbour's. A transaction that is older does not know of a new one.
sub start_session
{
	my ($world, $name) = @_;
	my $account = $name =~ /^s[123]$/ ? 1 : $name eq 's4' ? 2 : $world->account;
	my $type = $name eq 's1' ? 'widget' : $name eq 's2' ? 'admin' : $name =~ /^s[34]$/ ? 'user'
	  : pick_weighted([ 8, 'user' ], [ 1, 'admin' ], [ 1, 'widget' ]);
	my $privileges = privileges($world, $account);

	my $sql = "SELECT world.start('$name', $account, '$type'"
	  . ($type eq 'widget' ? '' : option(90, 'user_id', $world->user($account))
			. ($privileges eq '' ? '' : option(70, 'privileges', $privileges)))
	  . ')';

	return { %{ of($account, $sql) }, alone => 1 };
}

sub change_session
{
	my ($world) = @_;
	my $name = pick($world->sessions);

	return start_session($world, $name) if chance(85);
	return of(1, "DELETE FROM authz.session WHERE session_id = (SELECT session_id FROM world.session WHERE session = '$name')");
}

# ---- any of them ----

my @CHANGES = (
	[ 10, \&update_category ],
	[ 6, \&move_category ],
	[ 4, \&add_category ],
	[ 3, \&delete_category ],
	[ 7, \&add_member ],
	[ 9, \&change_member ],
	[ 5, \&add_to_group ],
	[ 8, \&change_principal ],
	[ 3, \&give_role ],
	[ 5, \&change_role ],
	[ 2, \&change_permission ],
	[ 4, \&change_tables ],
	[ 0.2, \&truncate_table ],
	[ 1, \&change_account ]);

sub any
{
	my ($world, $account) = @_;

	return pick_weighted(@CHANGES)->($world, $account);
}

1;
