using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>Users without an account, accounts without a user, and when a linked account was last seen.</summary>
public class UnmatchedPartiesTests
{
    private readonly World world = new(others: 4);

    [Fact]
    public async Task Users_without_an_account_are_listed_with_the_reason()
    {
        var table = new Dictionary<string, (string? Error, string Reason)>();
        Expect("creation", null, "The next run creates the account.");
        world.PasswordBoss.AdminCreate(World.AddressOf("adoption"), name: "adoption Miller");
        Expect("adoption", null, "The next run adopts 'adoption@contoso.com'.");
        world.PasswordBoss.AdminCreate(World.AddressOf("conflict"), managedBy: ManagedBy.ActiveDirectory);
        Expect("conflict", "AccountNotAdoptable", "conflict@contoso.com");
        world.Disable(Expect("disabled", null, "The user is disabled in Entra."));
        world.Edit(Expect("bad", "AddressInvalid", "bad@localhost"), u => u with { Mail = "bad@localhost" });
        world.Edit(Expect("none", "AddressMissing", "no e-mail address"), u => u with { Mail = null, UserPrincipalName = null });
        var unread = Expect("unread", "PersonUnknown", "could not be verified");
        world.Edit(unread, u => u with { AccountEnabled = null });
        world.Hire("outsider");
        var before = (world.State.Commits, world.PasswordBoss.Log.Count);

        var missing = await world.Service.GetMissingLinksAsync(World.Name, new Listener(), CancellationToken.None);

        Assert.Equal(table.Keys.Order(StringComparer.Ordinal), missing.Select(m => world.Entra.Users[m.EntraId].GivenName).Order(StringComparer.Ordinal));
        foreach (var row in missing)
        {
            var (error, reason) = table[world.Entra.Users[row.EntraId].GivenName!];
            Assert.Equal((World.Name, error), (row.Connection, row.ErrorId));
            Assert.Contains(reason, row.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(world.PasswordBoss.Accounts.Values.Single(a => a.UserName == World.AddressOf("conflict")).Id, missing.Single(m => m.User == World.AddressOf("conflict")).AccountId);
        Assert.Equal(before, (world.State.Commits, world.PasswordBoss.Log.Count));

        string Expect(string name, string? error, string reason)
        {
            table.Add(name, (error, reason));
            return world.Join(name);
        }
    }

    [Fact]
    public async Task Accounts_that_no_user_explains_are_listed()
    {
        world.Sync();
        // Explained: at the address of a member, with the external ID of a member, linked.
        world.Join("zoe");
        var eve = world.Join("eve");
        world.PasswordBoss.AdminCreate("ZOE@contoso.com", managedBy: ManagedBy.ActiveDirectory);
        world.PasswordBoss.AdminCreate("elsewhere@contoso.com", externalId: eve);
        // Not explained.
        world.PasswordBoss.AdminCreate("stranger@contoso.com");
        world.PasswordBoss.AdminCreate("former@contoso.com", externalId: Guid.NewGuid().ToString(), managedBy: ManagedBy.AzureAD);
        world.PasswordBoss.AdminCreate(World.AddressOf("outsider"));
        world.Hire("outsider");

        var unmatched = await world.Service.GetUnmatchedUsersAsync(World.Name, new Listener(), CancellationToken.None);

        Assert.Equal(["former@contoso.com", "outsider@contoso.com", "stranger@contoso.com"], unmatched.Select(u => u.Email));
    }

    [Theory]
    [InlineData(ReadingStatus.Incomplete)]
    [InlineData(ReadingStatus.NotFound)]
    public void An_incomplete_read_lists_no_orphans(ReadingStatus status)
    {
        world.Entra.Broken[world.UserGroup.Id] = status;

        Assert.Throws<ConnectorException>(() => world.Service.GetUnmatchedUsersAsync(World.Name, new Listener(), CancellationToken.None).GetAwaiter().GetResult());
        Assert.Throws<ConnectorException>(() => world.Service.GetMissingLinksAsync(World.Name, new Listener(), CancellationToken.None).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task The_accounts_of_another_company_are_no_orphans()
    {
        world.Sync();
        world.Join("anna");
        world.Factory.Elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");
        world.Factory.Elsewhere.AdminCreate("boss@fabrikam.com");

        var error = Assert.Throws<ConnectorException>(() => world.Service.GetUnmatchedUsersAsync(World.Name, new Listener(), CancellationToken.None).GetAwaiter().GetResult());

        Assert.Equal(ErrorId.AccountsGoneLimitExceeded, error.Id);
        // What prevents the account of a new user is still listed.
        Assert.Contains(await world.Service.GetMissingLinksAsync(World.Name, new Listener(), CancellationToken.None), m => m.User == World.AddressOf("anna"));
    }

    [Fact]
    public async Task An_account_that_cannot_be_read_is_a_warning()
    {
        world.Sync();
        world.PasswordBoss.Unreadable.Add(world.PasswordBoss.AdminCreate("broken@contoso.com").Id);
        var listener = new Listener();

        Assert.Empty(await world.Service.GetUnmatchedUsersAsync(World.Name, listener, CancellationToken.None));

        Assert.Single(listener.Warnings);
    }

    [Fact]
    public void A_link_shows_when_its_account_was_last_seen()
    {
        Assert.All(world.Service.GetLinks(World.Name), link => Assert.Null(link.LastSeen));
        world.Sync();
        var first = world.State.Progress.AccountsListedAt;
        Assert.NotNull(first);
        Assert.All(world.Service.GetLinks(World.Name), link => Assert.Equal(first, link.LastSeen));
        var gone = world.State.Links.Values.First();
        world.PasswordBoss.HidesDisabled = true;
        world.PasswordBoss.AdminSet(gone.AccountId, AccountState.Disabled);
        world.State.Links[gone.AccountId] = gone with { AppliedRule = LeaverRule.Disable, HandledEvent = LeavingEvent.Disabled, KnownState = AccountState.Disabled, AppliedRuleSeen = true };
        world.Disable(gone.EntraId);
        world.Clock.Advance(TimeSpan.FromHours(1));

        world.Sync();
        world.Clock.Advance(TimeSpan.FromHours(1));
        world.Sync();

        var links = world.Service.GetLinks(World.Name).ToDictionary(l => l.AccountId);
        Assert.Equal(first, links[gone.AccountId].LastSeen);
        Assert.All(links.Values.Where(l => l.AccountId != gone.AccountId), link => Assert.Equal(world.State.Progress.AccountsListedAt, link.LastSeen));
        world.PasswordBoss.HidesDisabled = false;
        world.Sync();
        Assert.Equal(world.State.Progress.AccountsListedAt, world.Service.GetLinks(World.Name).Single(l => l.AccountId == gone.AccountId).LastSeen);
    }
}
