using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
#endif
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>This process: its termination by the operating system, its memory, and the files of the module that it runs.</summary>
internal sealed class WatchProcess : IWatchProcess
{
    private const long UsualMostMemory = 1L << 30;

    // systemd waits 90 seconds before it kills a process.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(80);

    private readonly CancellationTokenSource terminating = new();
    private readonly ManualResetEventSlim ended = new();
    private readonly ServiceNotice notice = new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
    private readonly string module;
    private readonly long mostMemory;
    private readonly IReadOnlyDictionary<string, (DateTime Written, long Length)> files;
#if NET8_0_OR_GREATER
    private readonly PosixSignalRegistration registration;
#endif

    /// <summary>Remembers the files of the module and handles the signal that ends the process.</summary>
    /// <param name="module">The folder of the module.</param>
    /// <param name="mostMemory">The working set, in bytes, above which the process is to end.</param>
    public WatchProcess(string module, long mostMemory = UsualMostMemory)
    {
        this.module = module;
        this.mostMemory = mostMemory;
        files = ReadFiles();
#if NET8_0_OR_GREATER
        // The process ends when the handler returns.
        registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Terminate());
#endif
    }

    /// <inheritdoc/>
    public CancellationToken Terminating => terminating.Token;

    /// <inheritdoc/>
    public void ReportAlive() => notice.ReportAlive();

    /// <inheritdoc/>
    public Message? FindReasonToEnd()
    {
        var memory = Environment.WorkingSet;
        if (memory > mostMemory)
            return Texts.WatchMemoryFull((memory >> 20).ToString(CultureInfo.CurrentCulture));
        var now = ReadFiles();
        var changed = files.Keys.Union(now.Keys, StringComparer.Ordinal).FirstOrDefault(path => !files.TryGetValue(path, out var before) || !now.TryGetValue(path, out var after) || before != after);
        return changed is null ? null : Texts.WatchUpdated(changed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        notice.ReportEnd();
        ended.Set();
#if NET8_0_OR_GREATER
        registration.Dispose();
#endif
    }

#if NET8_0_OR_GREATER
    private void Terminate()
    {
        terminating.Cancel();
        ended.Wait(LongestEnd);
    }
#endif

    // The manifest, and the folder with everything that it loads.
    private Dictionary<string, (DateTime, long)> ReadFiles()
    {
        try
        {
            return new DirectoryInfo(module).EnumerateFiles("*.psd1")
                .Concat(new DirectoryInfo(Path.Combine(module, "module")).EnumerateFiles("*", SearchOption.AllDirectories))
                .ToDictionary(file => file.FullName, file => (file.LastWriteTimeUtc, file.Length), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They are being replaced at this moment.
            return new Dictionary<string, (DateTime, long)>(StringComparer.Ordinal);
        }
    }
}
