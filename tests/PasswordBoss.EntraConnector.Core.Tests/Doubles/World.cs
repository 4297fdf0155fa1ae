using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>One tenant, one company and one connection between them, with methods to arrange and to inspect them.</summary>
internal sealed class World
{
    public const string Name = "Contoso";
    public const string UserGroupName = "Password Boss Users";

    private int nextGuid = 1;

    /// <summary>The default rules, except that deletions do not wait. The waiting period has its own tests.</summary>
    public static SyncRules DefaultRules { get; } = SyncRules.Default with { DeleteAfterDays = 0 };

    public World(int others = 0)
    {
        Entra = new FakeEntra(Wire) { Hung = Clock.AdvanceToDeadline };
        PasswordBoss = new FakePasswordBoss(Wire);
        Store = new FakeStore(Wire);
        Factory = new FakeFactory(Store, Entra, PasswordBoss, Clock);
        Service = new ConnectorService(Factory);
        UserGroup = NewGroup(UserGroupName);
        Connection = NewConnection(Name) with { UserGroup = new GroupReference(UserGroup.Id, UserGroup.Name), Rules = DefaultRules };
        Store.SaveConnection(Connection, new ConnectionSecrets { ClientSecret = "secret", PasswordBossToken = "token" });
        for (var i = 0; i < others; i++)
            Link(Join("other" + i));
    }

    /// <summary>Another installation with a store of its own, for the same tenant and the same company.</summary>
    public World(World other)
    {
        Wire = other.Wire;
        Clock = other.Clock;
        Entra = other.Entra;
        PasswordBoss = other.PasswordBoss;
        UserGroup = other.UserGroup;
        ReadsTwice = other.ReadsTwice;
        Store = new FakeStore(Wire);
        Factory = new FakeFactory(Store, Entra, PasswordBoss, Clock);
        Service = new ConnectorService(Factory);
        Connection = other.Connection with { Id = Guid.NewGuid() };
        Store.SaveConnection(Connection, new ConnectionSecrets { ClientSecret = "secret", PasswordBossToken = "token" });
    }

    public Wire Wire { get; } = new();

    public ManualClock Clock { get; } = new();

    public FakeEntra Entra { get; }

    public FakePasswordBoss PasswordBoss { get; }

    public FakeStore Store { get; }

    public FakeFactory Factory { get; }

    public ConnectorService Service { get; }

    public ConnectionSettings Connection { get; private set; }

    public FakeEntra.Group UserGroup { get; }

    public FakeStore.Committed State => Store.Of(Connection.Id);

    public SyncRules Rules
    {
        get => Connection.Rules;
        set => Change(c => c with { Rules = value });
    }

    public static ConnectionSettings NewConnection(string name) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        TenantId = "11111111-2222-3333-4444-555555555555",
        ClientId = "66666666-7777-8888-9999-000000000000",
        Credential = CredentialKind.ClientSecret,
        AuthorityHost = new Uri("https://login.example.com/"),
        GraphEndpoint = new Uri("https://graph.example.com/v1.0"),
        PasswordBossUri = new Uri("https://scim.example.com/"),
    };

    public static string AddressOf(string name) => name + "@contoso.com";

    public void Change(Func<ConnectionSettings, ConnectionSettings> change)
    {
        Connection = change(Connection);
        Store.SaveConnection(Connection, null);
    }

    public FakeEntra.Group NewGroup(string name)
    {
        var group = new FakeEntra.Group { Id = NewId(), Name = name };
        Entra.Groups.Add(group.Id, group);
        return group;
    }

    /// <summary>A group that the connection syncs.</summary>
    public FakeEntra.Group NewSyncedGroup(string name, params string[] members)
    {
        var group = NewGroup(name);
        group.Members.UnionWith(members);
        Change(c => c with { AdditionalGroups = c.AdditionalGroups.Append(new GroupReference(group.Id, name)).ToList() });
        return group;
    }

    /// <summary>A user who is not in the user group. The address is made from the name.</summary>
    public string Hire(string name)
    {
        var id = NewId();
        Entra.Users.Add(id, new DirectoryUser
        {
            Id = id,
            DisplayName = name + " Miller",
            GivenName = name,
            Surname = "Miller",
            Mail = AddressOf(name),
            UserPrincipalName = name + "@contoso.onmicrosoft.com",
            AccountEnabled = true,
            UserType = "Member",
        });
        return id;
    }

    /// <summary>The first and last name of the user with this address; null if there is none.</summary>
    public string? NameAt(string address) => Entra.Users.Values.FirstOrDefault(u => u.Mail == address) is { } user ? user.GivenName + " " + user.Surname : null;

    /// <summary>A user in the user group.</summary>
    public string Join(string name)
    {
        var id = Hire(name);
        UserGroup.Members.Add(id);
        return id;
    }

    public void Edit(string id, Func<DirectoryUser, DirectoryUser> change) => Entra.Users[id] = change(Entra.Users[id]);

    public void Leave(string id) => UserGroup.Members.Remove(id);

    public void Disable(string id) => Edit(id, u => u with { AccountEnabled = false });

    public void Enable(string id) => Edit(id, u => u with { AccountEnabled = true });

    /// <summary>Moves a user to deleted items. The memberships stay, but lists do not show the user.</summary>
    public void SoftDelete(string id)
    {
        Entra.DeletedItems[id] = Entra.Users[id];
        Entra.Users.Remove(id);
    }

    public void Restore(string id)
    {
        Entra.Users[id] = Entra.DeletedItems[id];
        Entra.DeletedItems.Remove(id);
    }

    public void HardDelete(string id)
    {
        Entra.Users.Remove(id);
        Entra.DeletedItems.Remove(id);
        foreach (var group in Entra.Groups.Values)
            group.Members.Remove(id);
    }

    /// <summary>An account that the connector created for this user long ago, with its link.</summary>
    public Account Link(string id, AccountState state = AccountState.Active, LeaverRule done = LeaverRule.None, LeavingEvent handled = LeavingEvent.None)
    {
        var user = Entra.Users.TryGetValue(id, out var living) ? living : Entra.DeletedItems[id];
        var account = PasswordBoss.AdminCreate(user.Mail!, state, ManagedBy.AzureAD, id) with { GivenName = user.GivenName, FamilyName = user.Surname, DisplayName = user.DisplayName };
        PasswordBoss.Accounts[account.Id] = account;
        PasswordBoss.EverOurs.Add(account.Id);
        State.Links[account.Id] = new AccountLink
        {
            EntraId = id,
            AccountId = account.Id,
            Email = user.Mail!,
            DisplayName = user.DisplayName,
            AppliedRule = done,
            HandledEvent = handled,
            PriorState = done == LeaverRule.None ? AccountState.Unknown : AccountState.Active,
            KnownState = state,
            Origin = LinkOrigin.Created,
            SeenActive = true,
            AppliedRuleSeen = done != LeaverRule.None,
            LinkedAt = Clock.UtcNow.AddDays(-30),
        };
        return account;
    }

    /// <summary>Whether a second run follows a run in which a conversion waits for a second read.</summary>
    public bool ReadsTwice { get; set; } = true;

    /// <summary>The last result.</summary>
    public SyncReport? Report { get; private set; }

    public Listener Listener { get; private set; } = new();

    /// <summary>One run in a new process; incremental if possible.</summary>
    public PBSyncResult SyncChanges(Approver? approver = null, CancellationToken cancellationToken = default) => Sync(new SyncOptions(), approver, cancellationToken);

    /// <summary>One run in a new process; a full run by default.</summary>
    public PBSyncResult Sync(SyncOptions? options = null, Approver? approver = null, CancellationToken cancellationToken = default)
    {
        if (Wire.Died)
            Wire.StartProcess();
        PasswordBoss.Log.Clear();
        PasswordBoss.Calls.Clear();
        Entra.Calls.Clear();
        Entra.LookedUp.Clear();
        Listener = new Listener();
        // One write at a time, so that a history replays exactly.
        options = (options ?? new SyncOptions { Full = true }) with { ParallelWrites = 1 };
        Report = Service.SyncAsync(Name, options, approver ?? new Approver(), Listener, cancellationToken).GetAwaiter().GetResult();
        if (!ReadsTwice || approver is { IsPreview: true } || !Report.Result.Changes.Any(c => c.ErrorId == nameof(ErrorId.ConversionWaits)) || Report.Result.Outcome == SyncOutcome.Failed)
            return Report.Result;
        Clock.Advance(TimeSpan.FromMinutes(5));
        Report = Service.SyncAsync(Name, options, approver ?? new Approver(), Listener, cancellationToken).GetAwaiter().GetResult();
        return Report.Result;
    }

    public PBSyncResult Force() => Sync(new SyncOptions { Full = true, Force = true });

    public PBSyncResult Reapply() => Sync(new SyncOptions { Full = true, Reapply = true });

    public PBSyncResult WhatIf(SyncOptions? options = null) => Sync(options, new Approver(preview: true));

    /// <summary>A run that is killed at one passage of the wire.</summary>
    public void SyncAndDie(int passage, bool full = true) => SyncAndDie(passage, new SyncOptions { Full = full });

    public void SyncAndDie(int passage, SyncOptions options)
    {
        Wire.StartProcess(passage);
        try
        {
            Service.SyncAsync(Name, options with { ParallelWrites = 1 }, new Approver(), new Listener(), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (ProcessDiedException)
        {
            // A dead process cannot report anything.
        }
        finally
        {
            Wire.StartProcess();
        }
    }

    public IReadOnlyList<string> MembersOf(string groupName) =>
        PasswordBoss.GroupNamed(groupName).MemberIds.Select(m => PasswordBoss.Accounts[m].UserName).OrderBy(a => a, StringComparer.Ordinal).ToList();

    private string NewId() => new Guid(nextGuid++, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8).ToString();
}
