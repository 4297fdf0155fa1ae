using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>A child process that answers with lines of JSON. Disposing closes its standard input, which ends it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;

    private ChildProcess(Process process) => this.process = process;

    /// <summary>Starts this program as a child process.</summary>
    /// <param name="environment">Its environment variables.</param>
    /// <param name="arguments">A command with its options.</param>
    public static ChildProcess StartSelf(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var self = Environment.ProcessPath!;
        var isHost = string.Equals(Path.GetFileNameWithoutExtension(self), "dotnet", StringComparison.OrdinalIgnoreCase);
        return Start(self, environment, isHost ? [typeof(ChildProcess).Assembly.Location, .. arguments] : arguments);
    }

    public static ChildProcess Start(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
    }

    /// <summary>The next line, as JSON.</summary>
    public async Task<T> ReadAsync<T>()
    {
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The process ended without an answer; its standard error shows why.");
        return JsonSerializer.Deserialize<T>(line) ?? throw new InvalidOperationException("The process answered null.");
    }

    /// <summary>The rest of its output.</summary>
    public async Task<IReadOnlyList<string>> ReadLinesAsync()
    {
        var text = await process.StandardOutput.ReadToEndAsync();
        return text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).ToList();
    }

    public Task AskAsync(string line) => process.StandardInput.WriteLineAsync(line);

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
