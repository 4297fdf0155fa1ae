using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>What a call logs: which lines, when, and what a log that cannot be written changes (nothing).</summary>
public sealed class RunLogTests
{
    private readonly World world = new(others: 2);
    private readonly MemoryLog log = new();
    private readonly Watcher watcher = new();

    [Fact]
    public void A_run_is_a_line_after_one_line_for_each_change()
    {
        var result = Call();

        Assert.Equal(result.Changes.Count + 1, log.Lines.Count);
        Assert.NotEmpty(result.Changes);
        var run = log.Lines[^1];
        Assert.Equal(
            ["time", "type", "runId", "connection", "tenantId", "mode", "outcome", "startedAt", "durationSeconds", "created", "adopted", "updated", "enabled", "disabled", "deleted", "converted",
                "groupsChanged", "skipped", "failed", "message"],
            run.Keys);
        Assert.Equal(
            ("run", result.RunId.ToString(), World.Name, "Full", "Succeeded", (double)result.Created),
            (run["type"], run["runId"], run["connection"], run["mode"], run["outcome"], run["created"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)run["startedAt"]);
        foreach (var (change, line) in result.Changes.Zip(log.Lines))
            Assert.Equal(
                ("change", run["runId"], run["time"], change.Action.ToString(), change.Outcome.ToString(), change.Email, change.EntraId, change.Reason),
                (line["type"], line["runId"], line["time"], line["action"], line["outcome"], line["email"], line["entraId"], line["reason"]));
    }

    [Fact]
    public void The_ids_of_failed_requests_are_properties_of_their_own()
    {
        var failure = Problems.GraphFailed("HTTP 500").OfRequest("server-id", "client-id");
        var report = new SyncReport
        {
            Connection = "a",
            Run = new RunRecord { RunId = Guid.NewGuid(), Mode = SyncMode.Full, Outcome = SyncOutcome.Failed, StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Summary = Texts.StatusOk },
            Errors = [failure, failure.About("b"), Problems.Cancelled],
        };

        var line = Assert.Single(RunLogLines.Of(report)).Properties.ToDictionary(property => property.Key, property => property.Value);

        Assert.Equal(["server-id"], (IReadOnlyList<string>)line["requestIds"]);
        Assert.Equal(["client-id"], (IReadOnlyList<string>)line["clientRequestIds"]);
    }

    [Fact]
    public void A_failed_run_is_logged_with_its_error()
    {
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);

        var result = Call();

        Assert.Equal(("Failed", "GraphFailed", result.Message), (log.Lines[^1]["outcome"], log.Lines[^1]["errorId"], log.Lines[^1]["message"]));
    }

    [Fact]
    public void A_log_that_cannot_be_written_is_one_warning_and_changes_no_run()
    {
        log.Problem = Problems.FileUnusable("/logs/sync.log", "the disk is full.");

        var results = new[] { World.Name, "Missing" };
        Call(results);

        Assert.Equal(2, watcher.Reports.Count);
        Assert.Equal(SyncOutcome.Succeeded, Assert.Single(watcher.Reports, report => report.Result.Connection == World.Name).Result.Outcome);
        Assert.Equal(
            "The log /logs/sync.log is incomplete, because it could not be written: the disk is full. The sync is not affected.",
            Assert.Single(watcher.Warnings, warning => warning.StartsWith("The log", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_result_waits_for_the_log_and_a_call_ends_when_everything_is_written()
    {
        using var reported = new ManualResetEventSlim();
        log.Before = () => Assert.True(reported.Wait(TimeSpan.FromMinutes(1)));
        watcher.OnEnded = reported.Set;

        Call();

        Assert.Equal("run", log.Lines[^1]["type"]);
    }

    private PBSyncResult Call(params string[] names)
    {
        world.Join("ada");
        world.Service.SyncAllAsync(
            new ConnectionSelection(names.Length == 0 ? [World.Name] : names), new FleetOptions { RunsAtOnce = 1, Log = log }, new SyncOptions { ParallelWrites = 1 }, new Approver(), watcher, CancellationToken.None)
            .GetAwaiter().GetResult();
        return watcher.Reports[0].Result;
    }

    private sealed class Watcher : IFleetObserver
    {
        public List<SyncReport> Reports { get; } = [];

        public List<string> Warnings { get; } = [];

        public Action OnEnded { get; set; } = () => { };

        public void Ended(SyncReport report, int ended, int total)
        {
            Reports.Add(report);
            OnEnded();
        }

        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning)
        {
            lock (Warnings)
                Warnings.Add(warning.Render());
        }

        public void Detail(string connection, Message detail)
        {
        }
    }
}
