using System;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>A stored text that cannot be read, because it is damaged or of a later version, is shown as such and hides nothing else.</summary>
public sealed class UnreadableTextTests : IDisposable
{
    private readonly StateFixture state = new();
    private readonly ConnectionSettings connection = StateFixture.Connection();

    public void Dispose() => state.Dispose();

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{\"id\":\"Reason_Later\"}")]
    [InlineData("[\"Reason_Later\",{\"at\":7}]")]
    [InlineData("[\"Reason_Later\",7]")]
    [InlineData("[\"\\ud800\"]")]
    public void A_text_of_a_change_hides_no_other(string text)
    {
        Save(3);
        Set("run_changes SET reason = $1, detail = $1, recommendation = $1 WHERE position = 1", text);

        using var journal = state.Store.OpenJournal(connection.Id);
        var changes = Assert.Single(journal.ReadRuns(9, null)).Changes;
        Assert.Equal([Texts.ReasonDeleted, Texts.TextUnreadable, Texts.ReasonDeleted], changes.Select(change => change.Reason));
        Assert.Equal((Texts.TextUnreadable, Texts.TextUnreadable, "1"), (changes[1].Detail, changes[1].Recommendation, changes[1].Email));
        var reported = 0;
        var counts = state.Store.ReadChanges([connection.Id], null, int.MaxValue, found => Assert.Equal(changes[reported++], found.Change));
        Assert.Equal((3, 3), (reported, counts.Sum(count => count.Count)));
    }

    [Fact]
    public void A_text_of_a_run_hides_no_run()
    {
        Save(1);
        Save(2, hours: 1);
        Set("runs SET summary = $1, warnings = $1 WHERE started_at = (SELECT min(started_at) FROM runs)", "[[\"Warning_Later\",{}]]");

        using var journal = state.Store.OpenJournal(connection.Id);
        var runs = journal.ReadRuns(9, null).ToList();

        Assert.Equal([2, 1], runs.Select(run => run.Changes.Count));
        Assert.Equal((Texts.TextUnreadable, Texts.TextUnreadable), (runs[1].Summary, Assert.Single(runs[1].Warnings)));
        Assert.Empty(runs[0].Warnings);
    }

    [Fact]
    public void A_text_of_a_pending_retry_does_not_stop_the_sync()
    {
        using var journal = state.OpenJournal(connection);
        var change = new ChangeRecord { Action = SyncAction.Create, Outcome = ChangeOutcome.Failed, Email = "anna@contoso.com", Reason = Texts.ReasonDeleted };
        journal.SaveRun(
            StateFixture.Run(StateFixture.SetClock.Start), ConnectionHealth.New, null,
            new ProgressChange { Progress = SyncProgress.None, PendingRetries = [new PendingRetry { Change = change, EntraId = "7", NotBefore = StateFixture.SetClock.Start }] });
        Set("open_matters SET reason = $1", "{");

        var retry = Assert.Single(journal.LoadStart().PendingRetries);

        Assert.Equal(("7", SyncAction.Create, Texts.TextUnreadable), (retry.EntraId, retry.Change.Action, retry.Change.Reason));
    }

    private void Save(int changes, int hours = 0)
    {
        using var journal = state.OpenJournal(connection);
        journal.SaveRun(
            StateFixture.Run(StateFixture.SetClock.Start.AddHours(hours)) with
            {
                Changes = Enumerable.Range(0, changes).Select(n => new ChangeRecord { Action = SyncAction.Create, Outcome = ChangeOutcome.Done, Email = $"{n}", Reason = Texts.ReasonDeleted }).ToList(),
            },
            ConnectionHealth.New,
            null,
            null);
    }

    private void Set(string update, string text)
    {
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        Assert.Equal(1, raw.Run("UPDATE " + update, text));
    }
}
