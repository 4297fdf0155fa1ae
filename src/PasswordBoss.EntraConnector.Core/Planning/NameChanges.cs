using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>What is to be written so that an account bears the name that its person has in Entra.</summary>
internal static class NameChanges
{
    public static AccountPatch? Of(DirectoryUser user, Account account, out string? before, out string? after, out string changed)
    {
        before = after = null;
        changed = "";
        if (PersonName.Of(user) is not { } name)
            return null;
        if (IsSame(account.GivenName, name.Given) && IsSame(account.FamilyName, name.Family) && IsSame(account.DisplayName, name.Display))
            return null;
        var attributes = new List<string>(3);
        var old = new List<string>(3);
        var fresh = new List<string>(3);
        var patch = new AccountPatch
        {
            GivenName = Differing("givenName", account.GivenName, name.Given),
            FamilyName = Differing("familyName", account.FamilyName, name.Family),
            DisplayName = Differing("displayName", account.DisplayName, name.Display),
        };
        before = string.Join(", ", old);
        after = string.Join(", ", fresh);
        changed = string.Join(", ", attributes);
        return patch;

        string? Differing(string attribute, string? standing, string wanted)
        {
            if (IsSame(standing, wanted))
                return null;
            attributes.Add(attribute);
            old.Add(standing!);
            fresh.Add(wanted);
            return wanted;
        }
    }

    // An attribute that the server does not return may be one that it does not keep: writing it again in every run would never end.
    private static bool IsSame(string? standing, string wanted) => standing is null || string.Equals(standing, wanted, StringComparison.Ordinal);
}
