using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>Every kind of planned change: its key, its writes, its effect on the state, and its record. A new kind fails here until it is added.</summary>
public class PlannedChangeTests
{
    private static readonly Message Why = Texts.ReasonDeleted;
    private static readonly GroupSubject Sales = new("g-sales", "Sales");

    /// <summary>One change of each kind, with the key that pauses store and the content of its record.</summary>
    private static readonly (PlannedChange Change, string Key, string Record)[] Changes =
    [
        (new CreateAccount { Reason = Why, Draft = Draft("new", pending: false) }, "Create|u-new||", "Create new@contoso.com acc-1:  > Active"),
        (new CreateAccount { Reason = Why, Draft = Draft("wait", pending: true), FormerLink = Link("old") with { Kind = LinkKind.Retired } },
            "CreatePending|u-wait||", "CreatePending wait@contoso.com acc-2:  > Pending"),
        (new AdoptAccount
        {
            Reason = Why, User = User("adopt"), PriorState = AccountState.Active, LinkAfter = Link("adopt"), Patch = new AccountPatch { ExternalId = "u-adopt" },
            FormerLink = Link("former") with { Kind = LinkKind.Predecessor }, Shown = new Transition("PasswordBoss", "AzureAD"),
        },
            "Adopt|u-adopt|adopt|", "Adopt adopt@contoso.com adopt: PasswordBoss > AzureAD"),
        (new UpdateAccount
        {
            Reason = Why, User = User("update"), PriorState = AccountState.Active, LinkBefore = Link("update"), LinkAfter = Link("update"), Patch = new AccountPatch { DisplayName = "New" },
            Shown = new Transition("Old", "New"),
        },
            "Update|u-update|update|", "Update update@contoso.com update: Old > New"),
        (new EnableAccount
        {
            Reason = Why, User = User("enable"), PriorState = AccountState.Disabled, LinkBefore = Link("enable"), LinkWhileUnconfirmed = Link("enable") with { Unconfirmed = new(AccountRequest.Enable) },
            LinkAfter = Link("enable") with { KnownState = AccountState.Active }, Patch = new AccountPatch { State = AccountState.Active },
        },
            "Enable|u-enable|enable|", "Enable enable@contoso.com enable: Disabled > Active"),
        (Retire("disable", LeaverRule.Disable), "Disable|u-disable|disable|", "Disable disable@contoso.com disable: Active > Disabled"),
        (Retire("convert", LeaverRule.ConvertToPersonal),
            "ConvertToPersonal|u-convert|convert|", "ConvertToPersonal convert@contoso.com convert: Active > Personal"),
        (Retire("delete", LeaverRule.Delete), "Delete|u-delete|delete|", "Delete delete@contoso.com delete: Active > Deleted"),
        (new ForgetLink { Reason = Why, User = User("forget"), Link = Link("forget") with { Kind = LinkKind.Retired } }, "Unlink|u-forget|forget|", "Unlink forget@contoso.com forget:  > "),
        (new ReportOnly { Reason = Why, About = new Subject(User("skip"), "skip"), Because = Problems.GuestSkipped("skip") },
            "Skip|u-skip|skip|", "Skip skip@contoso.com skip:  > "),
        (new ReportOnly { Reason = Why, About = new Subject(User("conflict"), null), Because = Problems.AddressDuplicate("a", "b"), IsConflict = true },
            "Conflict|u-conflict||", "Conflict conflict@contoso.com:  > "),
        (new CreateGroup { Reason = Why, Group = new GroupSubject("g-new", "New") }, "CreateGroup|||g-new", "CreateGroup New:  > "),
        (new UpdateGroup { Reason = Why, Group = Sales, AccountGroupId = "sales", Patch = new AccountGroupPatch { DisplayName = "Sales" }, Shown = new Transition("Sale", "Sales") },
            "UpdateGroup|||g-sales", "UpdateGroup Sales: Sale > Sales"),
        (new AddMember { Reason = Why, Group = Sales, User = User("add"), KnownAccountGroupId = "sales", KnownAccountId = "add" },
            "AddMember|u-add|add|g-sales", "AddMember add@contoso.com add Sales:  > "),
        (new AddMember { Reason = Why, Group = new GroupSubject("g-new", "New"), User = User("new"), KnownAccountGroupId = null, KnownAccountId = null },
            "AddMember|u-new||g-new", "AddMember new@contoso.com acc-1 New:  > "),
        (new RemoveMember { Reason = Why, Group = Sales, User = User("remove"), AccountGroupId = "sales", MemberId = "remove", WasShown = true, IsRetry = false },
            "RemoveMember|u-remove|remove|g-sales", "RemoveMember remove@contoso.com remove Sales:  > "),
        (new RemoveMember { Reason = Why, Group = Sales, User = default, AccountGroupId = "sales", MemberId = "stranger", WasShown = true, IsRetry = true },
            "RemoveMember||stranger|g-sales", "RemoveMember stranger Sales:  > "),
        (new ReleaseGroup { Reason = Why, Group = new GroupSubject("g-release", "Release"), AccountGroupId = "release", ServerStoresManager = true },
            "ReleaseGroup|||g-release", "ReleaseGroup Release:  > "),
        (new DeleteGroup { Reason = Why, Group = new GroupSubject("g-delete", "Delete"), AccountGroupId = "delete" }, "DeleteGroup|||g-delete", "DeleteGroup Delete:  > "),
        (new ForgetGroup { Reason = Why, Group = new GroupSubject("g-forget", "Forget"), AccountGroupId = "forget" }, "Unlink|||g-forget", "Unlink Forget:  > "),
    ];

    [Fact]
    public void Every_kind_and_every_action_is_covered()
    {
        var kinds = typeof(PlannedChange).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(PlannedChange)) && !t.IsAbstract).ToList();

        Assert.All(kinds, kind => Assert.True(kind.IsSealed, kind.Name));
        Assert.Equal(kinds.Select(k => k.Name).Order(), Changes.Select(c => c.Change.GetType().Name).Distinct().Order());
        Assert.Equal(Enum.GetValues<SyncAction>(), Changes.Select(c => c.Change.Action).Distinct().Order());
    }

    [Fact]
    public void Keys_have_the_format_stored_in_pauses()
    {
        Assert.Equal(Changes.Select(c => c.Key), Changes.Select(c => c.Change.Key));
    }

    [Fact]
    public void Consent_to_a_deletion_or_conversion_also_allows_disabling()
    {
        var disable = Retire("disable", LeaverRule.Disable);

        Assert.True(Allows("Disable|u-disable|disable|", disable));
        Assert.True(Allows("Delete|u-disable|disable|", disable));
        Assert.True(Allows("ConvertToPersonal|u-disable|disable|", disable));
        Assert.False(Allows("Disable|u-delete|delete|", Retire("delete", LeaverRule.Delete)));

        static bool Allows(string key, PlannedChange change) =>
            Consent.Of(force: true, new PauseRecord { RunId = Guid.NewGuid(), At = default, RefusedKeys = [key], Reason = Why }).Allows(change);
    }

    [Fact]
    public void A_hold_has_a_reason()
    {
        var why = Problems.RemovalWaits("disable@contoso.com");
        PlannedChange change = Retire("disable", LeaverRule.Disable);
        var refused = change with { Hold = new Hold.Refused(why) };
        var waits = change with { Hold = new Hold.Waits(why) };

        Assert.Equal((true, false, null), (change.IsTried, change.Refused, change.Obstacle));
        Assert.Equal((false, true, why), (refused.IsTried, refused.Refused, refused.Obstacle));
        Assert.Equal((false, false, why), (waits.IsTried, waits.Refused, waits.Obstacle));
        Assert.IsType<DisableAccount>(waits);
    }

    [Fact]
    public async Task Each_change_is_written_recorded_and_saved()
    {
        var wire = new Wire();
        wire.StartProcess();
        var server = new FakePasswordBoss(wire);
        foreach (var id in new[] { "adopt", "update", "enable", "disable", "convert", "delete", "add", "remove", "stranger" })
            server.Accounts[id] = new Account { Id = id, UserName = id + "@contoso.com", State = id == "enable" ? AccountState.Disabled : AccountState.Active };
        foreach (var id in new[] { "sales", "release", "delete" })
            server.Groups[id] = new AccountGroup { Id = id, DisplayName = id, MemberIds = id == "sales" ? ["remove", "stranger"] : [] };
        var store = new FakeStore.Committed();
        foreach (var id in new[] { "release", "delete", "forget" })
            store.GroupLinks["g-" + id] = new GroupLink { GroupId = "g-" + id, AccountGroupId = id, DisplayName = id };
        foreach (var id in new[] { "remove", "stranger" })
            store.GroupMembers[(Sales.Id, id)] = new GroupMember(Sales.Id, id, GroupMemberMark.Shown);
        var input = new PlannerInput
        {
            Rules = SyncRules.Default,
            UserGroup = new GroupReading { GroupId = "g", DisplayName = "Password Boss Users", Status = ReadingStatus.Complete },
            Accounts = new AccountView([]),
            Capabilities = new AccountCapabilities { UserExtension = true },
            State = SyncState.Empty,
            Now = new ManualClock().UtcNow,
        };
        var plan = new SyncPlan { Changes = Changes.Select(c => c.Change).ToList() };
        var approved = plan.Changes.Select(a => a.Key).ToHashSet(StringComparer.Ordinal);
        var executor = new SyncExecutor(server, new FakeJournal(store, wire, _ => null, _ => { }), new ManualClock(), new PoolWorkers(), Guid.NewGuid(), 1, input, plan, approved, new Listener(), "Default");

        var records = (await executor.ExecuteAsync(new RecoveredState { State = input.State }, CancellationToken.None)).Changes;

        Assert.Equal(Changes.Select(c => c.Record), records.Select(Format));
        Assert.Equal(
            plan.Changes.Select(a => a is ReportOnly ? ChangeOutcome.Skipped : ChangeOutcome.Done),
            records.Select(r => r.Outcome));
        Assert.Equal(
            ["acc-1 Current None", "acc-2 Current None", "adopt Current None", "convert Current ConvertToPersonal", "delete Retired Delete", "disable Current Disable", "enable Current None",
                "forget Retired None", "former Predecessor None", "old Retired None", "update Current None"],
            store.Links.Values.Select(l => $"{l.AccountId} {l.Kind} {l.AppliedRule}").Order(StringComparer.Ordinal));
        Assert.Equal(["g-new grp-3"], store.GroupLinks.Values.Select(l => l.GroupId + " " + l.AccountGroupId));
        Assert.Equal(["add Shown", "acc-1 Shown"], store.GroupMembers.Values.Select(m => m.AccountId + " " + m.Mark));
        Assert.Equal(["", "", "", "g-sales"], store.Removals.Select(r => r.GroupId ?? "").Order(StringComparer.Ordinal));
        Assert.Empty(store.Intents);
    }

    [Fact]
    public void An_unconfirmed_change_leaves_a_requested_link_and_still_counts()
    {
        var disable = (DisableAccount)Retire("disable", LeaverRule.Disable);
        var removal = new RemovalRecord { At = default };
        var done = disable.LinkAfter;
        StateChange[] seen = [new StateChange.LinkSaved(done), new StateChange.RemovalCounted(removal)];
        StateChange[] open = [new StateChange.LinkSaved(disable.LinkWhileUnconfirmed), new StateChange.RemovalCounted(removal)];

        Assert.Equal(seen, disable.StateChangesWhen(new Effect.Seen(null), done, removal));
        Assert.Equal(seen, disable.StateChangesWhen(new Effect.NotShown(), done, removal));
        Assert.Equal(open, disable.StateChangesWhen(new Effect.NotSeen(Why), done, removal));
        Assert.Equal(open, disable.StateChangesWhen(new Effect.NotRead(Why), done, removal));
        Assert.Equal([seen[0]], (disable with { IsRetry = true }).StateChangesWhen(new Effect.Seen(null), done, removal));
    }

    private static string Format(ChangeRecord record) =>
        string.Join(" ", new[] { record.Action.ToString(), record.Email, record.AccountId, record.Group }.Where(text => text is not null)) + ": " + record.Before + " > " + record.After;

    private static RetireAccount Retire(string name, LeaverRule rule) =>
        new Retirement(User(name), Why, LeavingEvent.Deleted).By(rule, Link(name), Link(name), new Account { Id = name, UserName = name + "@contoso.com", State = AccountState.Active });

    private static AccountDraft Draft(string name, bool pending) =>
        new() { UserName = name + "@contoso.com", ExternalId = "u-" + name, GivenName = name, FamilyName = "Miller", DisplayName = name + " Miller", Pending = pending };

    private static UserSubject User(string name) => new("u-" + name, name + "@contoso.com", name + " Miller");

    private static AccountLink Link(string name) => new() { EntraId = "u-" + name, AccountId = name, Email = name + "@contoso.com", DisplayName = name + " Miller" };
}
