using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>A server in a process of its own, and a state folder for the clients that work against it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly string folder;
    private readonly ChildProcess server;
    private readonly string endpoints;
    private readonly Checkout? client;
    private int stores;

    private Stage(string folder, ChildProcess server, SandboxEndpoints endpoints, Checkout? client)
    {
        this.client = client;
        this.folder = folder;
        this.server = server;
        this.endpoints = JsonSerializer.Serialize(endpoints);
    }

    /// <summary>Starts the server.</summary>
    /// <param name="people">The number of people in the user group.</param>
    /// <param name="teams">The number of additional groups that they are divided into.</param>
    /// <param name="latency">The delay of each response in milliseconds.</param>
    /// <param name="client">The checkout of the connector that syncs; null for this one.</param>
    public static async Task<Stage> OpenAsync(int people, int teams, int latency, Checkout? client = null)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-benchmark-").FullName;
        var server = ChildProcess.StartSelf(
            new Dictionary<string, string>(),
            ServerProcess.Command,
            "--people", Text(people),
            "--teams", Text(teams),
            "--latency", Text(latency),
            "--authority", Path.Combine(folder, "authority.pem"));
        return new Stage(folder, server, await server.ReadAsync<SandboxEndpoints>(), client);
    }

    /// <summary>The requests by kind, and the bytes sent, since the last call.</summary>
    /// <param name="renames">The number of people to rename first.</param>
    public async Task<SortedDictionary<string, int>> CountAsync(int renames = 0)
    {
        await server.AskAsync(Text(renames));
        return await server.ReadAsync<SortedDictionary<string, int>>();
    }

    /// <summary>Changes one user at the server.</summary>
    /// <param name="change">The change: disable, delete, outside or nested.</param>
    /// <param name="person">The number of the user.</param>
    public async Task ChangeAsync(string change, int person)
    {
        await server.AskAsync(change + " " + Text(person));
        await server.ReadAsync<SortedDictionary<string, int>>();
    }

    /// <summary>One full run of the connector in a process of its own, as a scheduled task would start it.</summary>
    /// <param name="options">Further options for the process.</param>
    public Task<SyncMeasurement> SyncAsync(params string[] options) => RunAsync(["--full", "1", .. options]);

    /// <summary>
    /// Runs a preview in another process, so that the server has answered reads before the next measurement. Otherwise the connector, which reads before it writes,
    /// would write to a server that is still compiling its code for reads, and the bare client would not.
    /// </summary>
    public async Task PreviewAsync()
    {
        await RunAsync(["--full", "1", "--preview", "yes"]);
        ForgetState();
    }

    /// <summary>One incremental run.</summary>
    public Task<SyncMeasurement> SyncChangesAsync() => RunAsync(["--full", "0"]);

    /// <summary>One command in a process of its own.</summary>
    /// <param name="options">The options for the process.</param>
    public Task<SyncMeasurement> CommandAsync(params string[] options) => RunAsync(["--full", "0", .. options]);

    private async Task<SyncMeasurement> RunAsync(string[] options)
    {
        var clock = Stopwatch.StartNew();
        string[] arguments = [SyncProcess.Command, "--endpoints", endpoints, .. options];
        await using var process = client is null ? ChildProcess.StartSelf(Variables(), arguments) : ChildProcess.Start(client.Program, Variables(), arguments);
        var measurement = await process.ReadAsync<SyncMeasurement>();
        return measurement with { ProcessMilliseconds = clock.Elapsed.TotalMilliseconds };
    }

    /// <summary>Runs a script in a new PowerShell and returns the lines of its output.</summary>
    /// <param name="script">The file.</param>
    public async Task<IReadOnlyList<string>> RunPowerShellAsync(string script)
    {
        await using var shell = ChildProcess.Start(PowerShellHost.Command[0], Variables(), [.. PowerShellHost.Command[1..], "-NoProfile", "-NonInteractive", "-File", script]);
        return await shell.ReadLinesAsync();
    }

    /// <summary>The same creations by a bare HttpClient, in a process of its own.</summary>
    /// <param name="options">Further options for the process.</param>
    public async Task<BareMeasurement> PostAsync(params string[] options)
    {
        await using var process = ChildProcess.StartSelf(Variables(), [BareProcess.Command, "--endpoints", endpoints, .. options]);
        return await process.ReadAsync<BareMeasurement>();
    }

    /// <summary>Makes the next process do the same at another stage first, so that its code is compiled.</summary>
    /// <param name="rehearsal">The other stage.</param>
    /// <param name="people">Its number of people.</param>
    /// <returns>The options for the process.</returns>
    public async Task<string[]> RehearseAtAsync(Stage rehearsal, int people)
    {
        // Each server has its own certificate authority.
        await File.AppendAllTextAsync(AuthorityFile, "\n" + await File.ReadAllTextAsync(rehearsal.AuthorityFile));
        return ["--rehearsal-endpoints", rehearsal.endpoints, "--rehearsal", Text(people)];
    }

    /// <summary>Switches to a new, empty store, so that the next run is a first run.</summary>
    public void ForgetState() => stores++;

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string AuthorityFile => Path.Combine(folder, "authority.pem");

    // The connector trusts the authorities of the system; OpenSSL reads them from this variable.
    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["SSL_CERT_FILE"] = AuthorityFile,
        ["PBENTRA_HOME"] = Path.Combine(folder, "state" + Text(stores)),
    };
}
