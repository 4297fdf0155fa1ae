using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Scheduling;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>Connections whose runs take a given time and end as given, and a store that records them.</summary>
internal sealed class FakeFleet : IFleet, IFleetObserver
{
    private readonly SimulatedTime time;
    private readonly Dictionary<string, Tenant> tenants = new();
    private int underWay;

    public FakeFleet(SimulatedTime time) => this.time = time;

    /// <summary>When each run started and ended, in the order of the ends.</summary>
    public List<(string Connection, TimeSpan Started, TimeSpan Ended, SyncOutcome Outcome)> Runs { get; } = [];

    /// <summary>How far the call was at each end.</summary>
    public List<(int Ended, int Total)> Progress { get; } = [];

    /// <summary>The limits that the runs were given.</summary>
    public List<TimeSpan?> Limits { get; } = [];

    /// <summary>The most runs that were ever under way.</summary>
    public int Most { get; private set; }

    public int Listed { get; private set; }

    /// <summary>When the call reported that it is alive.</summary>
    public List<TimeSpan> Beats { get; } = [];

    public bool IsContinuous { get; set; }

    public Tenant this[string name] => tenants[name];

    /// <summary>Adds connections, numbered if there are several.</summary>
    public FakeFleet Add(string name, int count, TimeSpan takes, SyncOutcome outcome = SyncOutcome.NoChange)
    {
        for (var i = 0; i < count; i++)
        {
            var numbered = count == 1 ? name : name + i.ToString("D3", CultureInfo.InvariantCulture);
            tenants.Add(numbered, new Tenant { Takes = takes, Outcome = outcome, Turn = new RunTurn { Key = tenants.Count + 1, Connection = numbered } });
        }

        return this;
    }

    public void Remove(string name) => tenants.Remove(name);

    public WaitingConnections Call(FleetOptions options, TimeSpan? interval = null, bool freesSlots = true, CancellationToken stop = default) => time.Run(() =>
        new RunCoordinator(this, this, time, time, options, interval ?? DueTime.UsualInterval, new RunSlots(options.RunsAtOnce, freesSlots)).RunAsync(stop));

    /// <summary>Lets time pass.</summary>
    public void Wait(TimeSpan span) => time.Run(async () =>
    {
        await time.DelayAsync(span, default);
        return true;
    });

    public void ReportAlive() => Beats.Add(time.Passed);

    public IReadOnlyList<RunTurn> ListTurns()
    {
        Listed++;
        return tenants.Values.Select(tenant => tenant.Turn).ToList();
    }

    public bool TryTakeTurn(RunTurn turn)
    {
        if (!tenants.TryGetValue(turn.Connection, out var tenant) || tenant.Turn.LastStart != turn.LastStart)
            return false;
        tenant.Turn = tenant.Turn with { IsDueAtOnce = false };
        return true;
    }

    public IFleetRun Prepare(string connection, TimeSpan? limit)
    {
        Limits.Add(limit);
        return new FakeRun(this, connection, limit ?? TimeSpan.FromMinutes(4));
    }

    public void Ended(SyncReport report, int ended, int total) => Progress.Add((ended, total));

    void Ports.IRunObserver.Progress(string connection, Message activity, int done, int total)
    {
    }

    public void Warning(string connection, Message warning)
    {
    }

    public void Detail(string connection, Message detail)
    {
    }

    internal sealed class Tenant
    {
        public required TimeSpan Takes { get; set; }

        public required SyncOutcome Outcome { get; set; }

        public required RunTurn Turn { get; set; }

        /// <summary>Whether its runs are full ones, which no limit of a call ends.</summary>
        public bool IsFull { get; set; }

        /// <summary>After which time a run becomes a full one; null for never.</summary>
        public TimeSpan? BecomesFull { get; set; }

        /// <summary>What happens when a run begins.</summary>
        public Action? Begins { get; set; }
    }

    private sealed class FakeRun(FakeFleet fleet, string name, TimeSpan limit) : IFleetRun
    {
        public bool IsFull { get; private set; }

        public async Task<SyncReport> RunAsync(CancellationToken cancellationToken)
        {
            var tenant = fleet.tenants[name];
            var started = fleet.time.Passed;
            var begun = fleet.time.UtcNow;
            fleet.underWay++;
            fleet.Most = Math.Max(fleet.Most, fleet.underWay);
            tenant.Begins?.Invoke();
            IsFull = tenant.IsFull;
            if (tenant.BecomesFull is { } becomes)
                fleet.time.At(started + becomes, () => IsFull = true);
            var isCut = !IsFull && tenant.BecomesFull is null && tenant.Takes > limit;
            var outcome = isCut ? SyncOutcome.Failed : tenant.Outcome;
            try
            {
                await fleet.time.DelayAsync(isCut ? limit : tenant.Takes, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                outcome = SyncOutcome.Failed;
            }

            fleet.underWay--;
            fleet.Runs.Add((name, started, fleet.time.Passed, outcome));
            tenant.Turn = tenant.Turn with
            {
                LastStart = begun,
                LastDuration = fleet.time.Passed - started,
                LastOutcome = outcome,
                Failures = outcome == SyncOutcome.Failed ? tenant.Turn.Failures + 1 : 0,
            };
            return new SyncReport
            {
                Connection = name,
                Run = new RunRecord { RunId = Guid.NewGuid(), Mode = SyncMode.Full, Outcome = outcome, StartedAt = begun, Duration = fleet.time.Passed - started, Summary = Texts.StatusOk },
            };
        }
    }
}
