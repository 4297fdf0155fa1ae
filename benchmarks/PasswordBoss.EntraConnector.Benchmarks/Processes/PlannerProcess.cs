using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>Plans repeatedly for one number of people.</summary>
internal static class PlannerProcess
{
    public const string Command = "planner-process";

    private const int WarmUpPeople = 1000;

    public static void Run(BenchmarkOptions options)
    {
        var mix = Enum.Parse<PlannerMix>(options.Text("mix"));
        // Warm up first. The whole runs of the other scenarios include the time of the first call.
        var small = PlannerInputs.Create(WarmUpPeople, mix);
        var warm = Stopwatch.StartNew();
        for (var i = 0; i < 20 || warm.Elapsed < TimeSpan.FromSeconds(2); i++)
            Measure(small);

        var inputs = PlannerInputs.Create(options.People(WarmUpPeople), mix);
        var measured = new List<PlannerMeasurement>();
        for (var i = 0; i < options.Repeat(5); i++)
        {
            GC.Collect();
            measured.Add(Measure(inputs));
        }

        Console.WriteLine(JsonSerializer.Serialize(measured));
    }

    private static PlannerMeasurement Measure(PlannerInputs inputs)
    {
        var input = inputs.ToInput();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var plan = SyncPlanner.Plan(input);
        var planned = clock.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // The other pure steps of a run, which read the same data. The garbage of the plan must not be counted with them.
        GC.Collect();
        var otherBefore = GC.GetAllocatedBytesForCurrentThread();
        var otherProcessor = Environment.CpuUsage.TotalTime;
        clock.Restart();
        _ = PersonStates.Nominate(input);
        _ = GroupDecisions.Nominate(input);
        _ = StateRecovery.Recover(input.State, input.Accounts, input.Capabilities, input.Rules, new HashSet<string>(StringComparer.OrdinalIgnoreCase), input.Now, null);
        var other = clock.Elapsed;
        otherProcessor = Environment.CpuUsage.TotalTime - otherProcessor;
        var otherAllocated = GC.GetAllocatedBytesForCurrentThread() - otherBefore;
        return new PlannerMeasurement
        {
            PlanMilliseconds = planned.TotalMilliseconds,
            PlanProcessorMilliseconds = processor.TotalMilliseconds,
            OtherMilliseconds = other.TotalMilliseconds,
            OtherProcessorMilliseconds = otherProcessor.TotalMilliseconds,
            AllocatedMegabytes = allocated / 1048576.0,
            OtherAllocatedMegabytes = otherAllocated / 1048576.0,
            Refusals = plan.Refusals.Count,
            Actions = plan.Changes.CountBy(a => a.Action.ToString()).ToDictionary(),
        };
    }
}

/// <summary>One plan.</summary>
internal sealed record PlannerMeasurement
{
    public double PlanMilliseconds { get; init; }

    /// <summary>The processor time, including the threads of the garbage collector: it matters on a machine that has other work too.</summary>
    public double PlanProcessorMilliseconds { get; init; }

    /// <summary>Nomination and recovery together.</summary>
    public double OtherMilliseconds { get; init; }

    public double OtherProcessorMilliseconds { get; init; }

    /// <summary>Allocated by the plan.</summary>
    public double AllocatedMegabytes { get; init; }

    /// <summary>Allocated by nomination and recovery.</summary>
    public double OtherAllocatedMegabytes { get; init; }

    public int Refusals { get; init; }

    public Dictionary<string, int> Actions { get; init; } = [];
}
