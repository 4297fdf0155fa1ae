using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>-WhatIf and -Confirm in incremental runs.</summary>
public class PromptTests
{
    private readonly World world = new(others: 8);
    private readonly FakeEntra.Group sales;

    public PromptTests()
    {
        sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.Take(2).ToArray());
        world.Sync();
    }

    private string Saved() => JsonSerializer.Serialize(new
    {
        world.State.Links,
        world.State.GroupLinks,
        world.State.Intents,
        world.State.Removals,
        world.State.Runs,
        world.State.Pause,
        world.State.Progress,
        world.State.PendingRetries,
        world.State.Members,
        world.State.Health,
        world.State.Commits,
    });

    private void MuchHappens()
    {
        var members = world.UserGroup.Members.ToList();
        sales.Members.Add(world.Join("anna"));
        world.Leave(members[0]);
        world.Disable(members[1]);
        world.Edit(members[2], u => u with { Surname = "Smith" });
        world.Edit(members[3], u => u with { Mail = "changed@contoso.com" });
        sales.Members.Add(members[4]);
    }

    [Fact]
    public void WhatIf_lists_the_changes_of_the_next_run_and_saves_nothing()
    {
        MuchHappens();
        var before = Saved();

        var planned = world.WhatIf(new SyncOptions());

        Assert.Equal(before, Saved());
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Planned), (planned.Mode, planned.Outcome));
        Assert.Empty(world.PasswordBoss.Log);
        var done = world.SyncChanges();
        Assert.Equal(planned.Changes.Select(Describe), done.Changes.Select(Describe));
        Assert.Equal(8, done.Changes.Count);
    }

    [Fact]
    public void WhatIf_of_a_run_that_turns_full_is_full()
    {
        MuchHappens();
        world.Entra.Changes.Lost = true;
        var before = Saved();

        var planned = world.WhatIf(new SyncOptions());

        Assert.Equal(before, Saved());
        Assert.Equal(SyncMode.Full, planned.Mode);
        var done = world.SyncChanges();
        Assert.Equal(SyncMode.Full, done.Mode);
        Assert.Equal(planned.Changes.Select(Describe), done.Changes.Select(Describe));
    }

    [Fact]
    public void WhatIf_shows_pending_retries()
    {
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;
        world.Join("anna");
        world.SyncChanges();

        var planned = world.WhatIf(new SyncOptions());

        Assert.Contains(planned.Changes, c => c.Email == "anna@contoso.com" && c.ErrorId == "AccountRefused");
    }

    [Fact]
    public void A_declined_action_stays_pending_and_is_proposed_again()
    {
        var leaver = world.UserGroup.Members.Last();
        world.Leave(leaver);
        var no = new Approver(_ => false, interactive: true);

        world.SyncChanges(no);
        Assert.Equal(SyncAction.Disable, Assert.Single(no.Asked).Action);
        Assert.Empty(world.PasswordBoss.Log);
        var again = new Approver(_ => false, interactive: true);
        Assert.Equal(SyncMode.Incremental, world.SyncChanges(again).Mode);
        Assert.Equal(SyncAction.Disable, Assert.Single(again.Asked).Action);

        // An unattended run applies it.
        Assert.Equal(1, world.SyncChanges().Disabled);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.State.PendingRetries);
    }

    [Fact]
    public void A_declined_action_whose_cause_is_gone_is_not_proposed_again()
    {
        var leaver = world.UserGroup.Members.Last();
        world.Leave(leaver);
        world.SyncChanges(new Approver(_ => false, interactive: true));
        world.UserGroup.Members.Add(leaver);

        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.State.PendingRetries);
    }

    [Fact]
    public void A_change_during_a_prompt_is_not_applied_without_approval()
    {
        var members = world.UserGroup.Members.ToList();
        world.Leave(members[0]);
        var slow = new Approver(interactive: true) { Meanwhile = () => world.Leave(members[1]) };

        Assert.Equal(1, world.SyncChanges(slow).Disabled);
        Assert.Equal(LeaverRule.None, world.State.CurrentLinkOf(members[1])!.AppliedRule);
        Assert.Equal(1, world.SyncChanges().Disabled);
    }

    [Fact]
    public void An_action_whose_cause_ends_during_the_prompt_is_not_done()
    {
        var leaver = world.UserGroup.Members.Last();
        world.Leave(leaver);
        var slow = new Approver(interactive: true) { Meanwhile = () => world.UserGroup.Members.Add(leaver) };

        world.SyncChanges(slow);

        Assert.Empty(world.PasswordBoss.Log);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
    }

    private static (SyncAction, string?, string?, string?, string) Describe(PBSyncChange change) => (change.Action, change.Email, change.Group, change.ErrorId, change.Reason);
}
