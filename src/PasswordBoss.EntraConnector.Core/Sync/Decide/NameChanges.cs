using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The changes that give an account the name that its user has in Entra.</summary>
internal static class NameChanges
{
    /// <summary>
    /// The names to write; null if there is nothing to write. A server may change a name when it stores it (cut, normalise, escape or derive it). So a name is not
    /// written again while Entra has the name that was last written and the server still returns what it returned then.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="account">The account as it was read.</param>
    /// <param name="link">The link, with the names last written and read; null for an account that is not linked yet.</param>
    public static AccountPatch? Of(DirectoryUser user, Account account, AccountLink? link)
    {
        if (PersonName.Of(user) is not { } name)
            return null;
        if (NeedsNoWrite(account.GivenName, name.Given) && NeedsNoWrite(account.FamilyName, name.Family) && NeedsNoWrite(account.DisplayName, name.Display))
            return null;
        if (link?.NamesWritten is { } written && link.NamesRead is { } read && read == NameFingerprint.Of(account) && written == NameFingerprint.Of(name))
            return null;
        return new AccountPatch
        {
            GivenName = NeedsNoWrite(account.GivenName, name.Given) ? null : name.Given,
            FamilyName = NeedsNoWrite(account.FamilyName, name.Family) ? null : name.Family,
            DisplayName = NeedsNoWrite(account.DisplayName, name.Display) ? null : name.Display,
        };
    }

    /// <summary>The link after the names are written. The names that the server returns are added after they are read.</summary>
    /// <param name="link">The link before the write.</param>
    /// <param name="user">The user.</param>
    /// <param name="patch">The names to write; null if there is nothing to write.</param>
    public static AccountLink LinkAfter(AccountLink link, DirectoryUser user, AccountPatch? patch) =>
        patch is not null && PersonName.Of(user) is { } name ? link with { NamesWritten = NameFingerprint.Of(name), NamesRead = null } : link;

    /// <summary>The attributes that a patch changes, with the old and new values, in readable form.</summary>
    /// <param name="patch">Names to write.</param>
    /// <param name="account">The account as it was read.</param>
    public static (string Attributes, string Before, string After) Describe(AccountPatch patch, Account account)
    {
        var attributes = new List<string>(3);
        var before = new List<string>(3);
        var after = new List<string>(3);
        Add("givenName", account.GivenName, patch.GivenName);
        Add("familyName", account.FamilyName, patch.FamilyName);
        Add("displayName", account.DisplayName, patch.DisplayName);
        return (string.Join(", ", attributes), string.Join(", ", before), string.Join(", ", after));

        void Add(string attribute, string? current, string? wanted)
        {
            if (wanted is null)
                return;
            attributes.Add(attribute);
            before.Add(current ?? "");
            after.Add(wanted);
        }
    }

    // The server may not store an attribute that it does not return. Without this check, every run would write it again.
    private static bool NeedsNoWrite(string? current, string wanted) => current is null || string.Equals(current, wanted, StringComparison.Ordinal);
}
