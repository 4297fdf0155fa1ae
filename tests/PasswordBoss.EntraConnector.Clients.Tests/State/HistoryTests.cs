using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The history of several connections, read as one.</summary>
public sealed class HistoryTests : IDisposable
{
    private static readonly DateTimeOffset Start = StateFixture.SetClock.Start;

    private readonly StateFixture state = new();
    private readonly ConnectionSettings contoso = StateFixture.Connection();
    private readonly ConnectionSettings fabrikam = StateFixture.Connection("Fabrikam");

    public void Dispose() => state.Dispose();

    [Fact]
    public void A_store_without_a_database_has_no_history()
    {
        Assert.Empty(Read([contoso], null, int.MaxValue).Counts);
        Assert.False(state.Store.ListNames().Any());
    }

    [Fact]
    public void The_newest_run_comes_first_whatever_its_connection()
    {
        Save(contoso, Start, 2);
        Save(fabrikam, Start.AddHours(1), 2);
        Save(contoso, Start.AddHours(2), 1);
        Save(contoso, Start.AddHours(3), 0);

        var (changes, counts) = Read([contoso, fabrikam], null, int.MaxValue);

        Assert.Equal(
            [(contoso.Id, 2, 0), (fabrikam.Id, 1, 0), (fabrikam.Id, 1, 1), (contoso.Id, 0, 0), (contoso.Id, 0, 1)],
            changes.Select(c => (c.ConnectionId, (c.StartedAt - Start).Hours, int.Parse(c.Change.Email!, CultureInfo.InvariantCulture))));
        Assert.Equal(5, counts.Sum(c => c.Count));
        Assert.Equal(2, changes.Where(c => c.ConnectionId == contoso.Id).Select(c => c.RunId).Distinct().Count());
    }

    [Fact]
    public void The_maximum_limits_what_is_passed_on_and_not_what_is_counted()
    {
        Save(contoso, Start, 4);
        Save(fabrikam, Start.AddHours(1), 4);

        var (changes, counts) = Read([contoso, fabrikam], null, 6);

        Assert.Equal(["0", "1", "2", "3", "0", "1"], changes.Select(c => c.Change.Email));
        Assert.Equal(
            [(fabrikam.Id, SyncAction.Create, ChangeOutcome.Done, 2), (fabrikam.Id, SyncAction.Disable, ChangeOutcome.Refused, 2), (contoso.Id, SyncAction.Create, ChangeOutcome.Done, 2), (contoso.Id, SyncAction.Disable, ChangeOutcome.Refused, 2)],
            counts.Select(c => (c.ConnectionId, c.Action, c.Outcome, c.Count)));
    }

    [Fact]
    public void A_change_has_its_own_time_and_is_counted_on_its_own_day()
    {
        var (before, after) = (Start.AddMinutes(1), Start.AddMinutes(16));
        Save(contoso, Start, 4, before, null, after, after.AddMinutes(1));

        var (changes, counts) = Read([contoso], null, int.MaxValue);

        Assert.Equal([before, null, after, after.AddMinutes(1)], changes.Select(c => c.Change.At));
        using var journal = state.OpenJournal(contoso);
        Assert.Equal(changes.Select(c => c.Change.At), journal.ReadRuns(1, null).Single().Changes.Select(c => c.At));
        // A count has the start of the run or of a quarter of an hour, so that midnight of every time zone divides the counts as it divides the changes.
        var quarter = new DateTimeOffset(after.UtcTicks - (after.UtcTicks % TimeSpan.FromMinutes(15).Ticks), TimeSpan.Zero);
        Assert.Equal(
            [(SyncAction.Create, Start), (SyncAction.Create, quarter), (SyncAction.Disable, Start), (SyncAction.Disable, quarter)],
            counts.Select(c => (c.Action, c.Time)).Order());
    }

    [Fact]
    public void Other_connections_and_earlier_runs_are_left_out()
    {
        Save(contoso, Start, 1);
        Save(contoso, Start.AddHours(1), 2);
        Save(fabrikam, Start.AddHours(1), 4);

        var (changes, counts) = Read([contoso], Start.AddHours(1), int.MaxValue);

        Assert.Equal(2, changes.Count);
        Assert.Equal((contoso.Id, 2), (Assert.Single(counts.Select(c => c.ConnectionId).Distinct()), counts.Sum(c => c.Count)));
        Assert.Empty(Read([contoso], Start.AddHours(2), int.MaxValue).Counts);
        Assert.Empty(Read([], null, int.MaxValue).Counts);
        Assert.Empty(Read([StateFixture.Connection("Removed")], null, int.MaxValue).Counts);
    }

    private (IReadOnlyList<HistoryChange> Changes, IReadOnlyList<ChangeCount> Counts) Read(ConnectionSettings[] connections, DateTimeOffset? since, int maximum)
    {
        var changes = new List<HistoryChange>();
        var counts = state.Store.ReadChanges(connections.Select(c => c.Id).ToList(), since, maximum, changes.Add);
        return (changes, counts);
    }

    private void Save(ConnectionSettings connection, DateTimeOffset start, int changes, params DateTimeOffset?[] times)
    {
        using var journal = state.OpenJournal(connection);
        journal.SaveRun(
            StateFixture.Run(start) with
            {
                Changes = Enumerable.Range(0, changes).Select(n => new ChangeRecord
                {
                    Action = n % 2 == 0 ? SyncAction.Create : SyncAction.Disable,
                    Outcome = n % 2 == 0 ? ChangeOutcome.Done : ChangeOutcome.Refused,
                    Email = n.ToString(CultureInfo.InvariantCulture),
                    Reason = Texts.ReasonDeleted,
                    At = times.ElementAtOrDefault(n),
                }).ToList(),
            },
            ConnectionHealth.New,
            null,
            null);
    }
}
