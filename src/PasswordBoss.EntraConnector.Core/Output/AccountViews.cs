using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts accounts to the output of a command.</summary>
internal static class AccountViews
{
    /// <summary>An account.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="account">The account.</param>
    /// <param name="groups">The names of its groups.</param>
    public static PBUser Render(string connection, Account account, IReadOnlyList<string> groups) => new()
    {
        Connection = connection,
        Email = account.UserName,
        DisplayName = account.DisplayName ?? string.Join(" ", new[] { account.GivenName, account.FamilyName }.Where(n => !string.IsNullOrEmpty(n))),
        State = account.State,
        ManagedBy = account.ManagedBy,
        Groups = groups,
        AccountId = account.Id,
        EntraId = account.ExternalId,
    };
}
