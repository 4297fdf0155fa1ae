using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The summary sentence of a run, including the stored sentences of older versions.</summary>
public sealed class SummaryTests
{
    private static ChangeCounts Counts(int created, int adopted)
    {
        var changes = new List<ChangeRecord>();
        Add(SyncAction.CreatePending, ChangeOutcome.Done, created);
        Add(SyncAction.Adopt, ChangeOutcome.Done, adopted);
        Add(SyncAction.Update, ChangeOutcome.Done, 2);
        Add(SyncAction.AddMember, ChangeOutcome.Done, 7);
        Add(SyncAction.Conflict, ChangeOutcome.Skipped, 8);
        Add(SyncAction.Disable, ChangeOutcome.Failed, 9);
        return ChangeCounts.Of(changes, ChangeOutcome.Done);

        void Add(SyncAction action, ChangeOutcome outcome, int times)
        {
            for (var i = 0; i < times; i++)
                changes.Add(new ChangeRecord { Action = action, Outcome = outcome, Reason = Texts.StatusOk });
        }
    }

    [Theory]
    [InlineData(SyncOutcome.Succeeded, false, 0, "1 created, 2 updated, 0 enabled, 0 disabled, 0 deleted, 0 converted; group changes: 7.")]
    [InlineData(SyncOutcome.Succeeded, false, 3, "1 created, 3 adopted, 2 updated, 0 enabled, 0 disabled, 0 deleted, 0 converted; group changes: 7.")]
    [InlineData(SyncOutcome.Partial, false, 3, "1 created, 3 adopted, 2 updated, 0 enabled, 0 disabled, 0 deleted, 0 converted; group changes: 7; users or groups that need attention: 8; failed: 9.")]
    [InlineData(SyncOutcome.Planned, true, 3, "Would be done: 1 created, 3 adopted, 2 updated, 0 enabled, 0 disabled, 0 deleted, 0 converted; group changes: 7; skipped: 8.")]
    public void The_summary_shows_adoptions_next_to_creations(SyncOutcome outcome, bool preview, int adopted, string expected) =>
        Assert.Equal(expected, RunSummary.Of(Counts(1, adopted), outcome, preview).Render(CultureInfo.InvariantCulture));

    [Fact]
    public void A_summary_of_an_older_version_is_still_rendered()
    {
        var stored = Texts.SummaryPartial("4", "1", "0", "0", "0", "0", "0", "2", "0");

        Assert.Equal("4 created, 1 updated, 0 enabled, 0 disabled, 0 deleted, 0 converted; group changes: 0; users or groups that need attention: 2; failed: 0.", stored.Render(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_run_counts_adoptions_separately()
    {
        var world = new World(others: 2);
        world.Sync();
        world.Join("anna");
        world.PasswordBoss.AdminCreate("anna@contoso.com");
        world.Join("bob");

        Assert.Equal((1, 1), (world.WhatIf().Adopted, world.WhatIf().Created));
        var result = world.Sync();

        Assert.Equal((1, 1), (result.Adopted, result.Created));
        Assert.StartsWith("1 created, 1 adopted, ", result.Message, System.StringComparison.Ordinal);
        Assert.Equal((1, 1), (world.Service.GetHistory(World.Name, 1, null).First().Adopted, world.Service.GetHistory(World.Name, 1, null).First().Created));
    }
}
