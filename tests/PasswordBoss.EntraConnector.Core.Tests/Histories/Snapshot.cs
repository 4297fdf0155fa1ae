using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Histories;

/// <summary>The content of Password Boss as text, without the server's IDs, so that two companies can be compared.</summary>
internal static class Snapshot
{
    // An account that the server does not show is put into no group until its user is back.
    public static string Of(World world) => Of(
        world.PasswordBoss.Accounts.Values,
        world.PasswordBoss.Groups.Values.Select(g =>
            g.DisplayName + ": " + string.Join(", ", g.MemberIds.Select(m => world.PasswordBoss.Accounts[m]).Where(a => !world.PasswordBoss.HidesDisabled || a.State != AccountState.Disabled).Select(a => a.UserName).OrderBy(a => a, StringComparer.Ordinal))));

    public static string Of(IEnumerable<Account> accounts, IEnumerable<string> groups) => string.Join(
        Environment.NewLine,
        accounts.Select(a => $"{a.UserName} {a.State} {a.ManagedBy} {a.ExternalId} {a.GivenName} {a.FamilyName} {a.DisplayName}").Concat(groups).OrderBy(l => l, StringComparer.Ordinal));
}
