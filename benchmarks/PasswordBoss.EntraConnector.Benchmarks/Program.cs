using System;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Benchmarks;
using PasswordBoss.EntraConnector.Benchmarks.Processes;
using PasswordBoss.EntraConnector.Benchmarks.Scenarios;

if (BenchmarkOptions.TryParse(args) is not { } options)
{
    Console.Error.WriteLine("Usage: dotnet run -c Release --project benchmarks/PasswordBoss.EntraConnector.Benchmarks -- <planner|read|create|cycle|memory|import|fleet|watch|status|resident|report|user|compare|all> [--people N] [--latency MS] [--repeat N]");
    return 64;
}

switch (options.Command)
{
    // Commands for the child processes.
    case PlannerProcess.Command:
        PlannerProcess.Run(options);
        break;
    case ServerProcess.Command:
        await ServerProcess.RunAsync(options);
        break;
    case SyncProcess.Command:
        await SyncProcess.RunAsync(options);
        break;
    case FleetServerProcess.Command:
        await FleetServerProcess.RunAsync(options);
        break;
    case FleetProcess.Command:
        await FleetProcess.RunAsync(options);
        break;
    case ReportProcess.FillCommand:
        ReportProcess.Fill(options);
        break;
    case ReportProcess.WriteCommand:
        ReportProcess.Write(options);
        break;
    case ReportProcess.ReadCommand:
        ReportProcess.Read();
        break;
    case WatchProcess.Command:
        await WatchProcess.RunAsync(options);
        break;
    case StatusProcess.Command:
        await StatusProcess.RunAsync(options);
        break;
    case BareProcess.Command:
        await BareProcess.RunAsync(options);
        break;
    case "all":
        foreach (var scenario in ScenarioNames())
            await RunAsync(scenario);
        break;
    default:
        return await RunAsync(options.Command) ? 0 : 64;
}

return 0;

static string[] ScenarioNames() => ["planner", "read", "create", "cycle", "memory", "import", "fleet", "watch", "status", "resident", "report", "user"];

async Task<bool> RunAsync(string scenario)
{
    Func<BenchmarkOptions, Task>? run = scenario switch
    {
        "planner" => PlannerScenario.RunAsync,
        "read" => ReadScenario.RunAsync,
        "create" => CreateScenario.RunAsync,
        "cycle" => CycleScenario.RunAsync,
        "memory" => MemoryScenario.RunAsync,
        "import" => ImportScenario.RunAsync,
        "fleet" => FleetScenario.RunAsync,
        "watch" => WatchScenario.RunAsync,
        "status" => StatusScenario.RunAsync,
        "resident" => ResidentScenario.RunAsync,
        "report" => ReportScenario.RunAsync,
        "user" => UserScenario.RunAsync,
        "compare" => CompareScenario.RunAsync,
        _ => null,
    };
    if (run is null)
    {
        Console.Error.WriteLine($"There is no scenario '{scenario}'.");
        return false;
    }

    Console.WriteLine($"== {scenario}");
    await run(options);
    Console.WriteLine();
    return true;
}
