using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>The roster that combines users, accounts and links, for unusual data.</summary>
public class RosterTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_user_listed_twice_counts_once_with_the_last_values()
    {
        var input = Input(
            [User("a1", "old@contoso.com"), User("b2", "bob@contoso.com"), User("A1", "new@contoso.com")],
            [Account("1", "new@contoso.com", "a1")],
            [Link("a1", "1", "new@contoso.com")]);

        var roster = input.Roster;

        Assert.Equal(["A1", "b2"], roster.Entries.Select(e => e.EntraId));
        Assert.Equal((0, 1, -1), (roster.PlaceOf("a1"), roster.PlaceOf("B2"), roster.PlaceOf("c3")));
        Assert.Equal(("new@contoso.com", "1"), (roster.Entries[0].Listed!.Mail, roster.Entries[0].Account?.Id));
        var action = Assert.Single(SyncPlanner.Plan(input).Changes);
        Assert.Equal((SyncAction.Create, "b2"), (action.Action, action.EntraId));
    }

    [Fact]
    public void An_account_of_another_user_at_the_same_address_is_a_conflict()
    {
        // A former account of Anna and the account of a leaver could not be read. Both had Anna's address when they were last read.
        var ids = new[] { "x", "y", "z" };
        var input = Input(
            [User("a1", "anna@contoso.com"), .. ids.Select(i => User(i, i + "@contoso.com"))],
            ids.Select(i => Account("of " + i, i + "@contoso.com", i)).ToList(),
            [Link("c3", "2", "Anna@contoso.com"), Link("a1", "1", "anna@contoso.com") with { Kind = LinkKind.Predecessor }, .. ids.Select(i => Link(i, "of " + i, i + "@contoso.com"))]);

        var action = Assert.Single(SyncPlanner.Plan(input).Changes, a => a.EntraId == "a1");

        Assert.Equal((SyncAction.Conflict, Errors.ErrorId.AddressTaken), (action.Action, action.Obstacle?.Id));
    }

    /// <summary>Earlier versions compared the case of GUIDs, and so could store a retired link beside the current one.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void The_owner_of_an_account_is_not_the_user_of_a_retired_link_with_its_GUID_in_another_case(bool isFirst, bool isListed)
    {
        const string Id = "a0000000-0000-0000-0000-000000000000";
        var current = Link("a1", Id, "anna@contoso.com");
        var retired = Link("b2", Id.ToUpperInvariant(), "anna@contoso.com") with { Kind = LinkKind.Retired };

        var roster = Input([User("a1", "anna@contoso.com")], isListed ? [Account(Id, "anna@contoso.com", "a1")] : [], isFirst ? [current, retired] : [retired, current]).Roster;

        Assert.Equal("a1", roster.OwnerOf(Id)?.Link.EntraId);
    }

    private static PlannerInput Input(IReadOnlyList<DirectoryUser> users, IReadOnlyList<Account> accounts, IReadOnlyList<AccountLink> links) => new()
    {
        Rules = SyncRules.Default,
        UserGroup = new GroupReading { GroupId = "g", DisplayName = "Password Boss Users", Status = ReadingStatus.Complete, Users = users },
        Accounts = new AccountView(accounts),
        Capabilities = new AccountCapabilities { UserExtension = true, Filter = true },
        State = new SyncState { Links = links, Health = ConnectionHealth.New with { Relinked = true } },
        Now = Now,
    };

    private static DirectoryUser User(string id, string mail) => new()
    {
        Id = id,
        DisplayName = "Given Family",
        GivenName = "Given",
        Surname = "Family",
        Mail = mail,
        UserPrincipalName = mail,
        AccountEnabled = true,
        UserType = "Member",
    };

    private static Account Account(string id, string address, string externalId) => new()
    {
        Id = id,
        UserName = address,
        ExternalId = externalId,
        GivenName = "Given",
        FamilyName = "Family",
        DisplayName = "Given Family",
        State = AccountState.Active,
        ManagedBy = ManagedBy.AzureAD,
    };

    private static AccountLink Link(string person, string account, string address) =>
        new() { EntraId = person, AccountId = account, Email = address, DisplayName = "Given Family", LinkedAt = Now };
}
