using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// Runs the command-line programs of schedulers, by their absolute paths, each with a time limit. It looks for them in the system's own folders and never in
/// those of <c>PATH</c>, where another user's program may come first. Throws <see cref="ErrorId.SchedulerUnavailable"/> if one does not exist, cannot be
/// started or does not respond.
/// </summary>
internal sealed class ExternalPrograms
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // The last folder is for NixOS, which has no other. On Windows the system reports its folder. Environment variables are ignored.
    private static readonly string[] SystemFolders = Platform.IsWindows
        ? new[] { Environment.SystemDirectory }
        : new[] { "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin" };

    private readonly string[] folders;
    private readonly TimeSpan limit;

    /// <summary>Looks in the system's folders.</summary>
    /// <param name="folder">A folder to look in instead.</param>
    /// <param name="limit">The time limit; null for 30 seconds.</param>
    public ExternalPrograms(string? folder = null, TimeSpan? limit = null)
    {
        folders = folder is null ? SystemFolders : new[] { folder };
        this.limit = limit ?? Limit;
    }

    /// <summary>The result of a program.</summary>
    /// <param name="ExitCode">Its exit code.</param>
    /// <param name="Output">Its standard output.</param>
    /// <param name="Error">Its standard error.</param>
    public readonly record struct ProgramResult(int ExitCode, string Output, string Error)
    {
        /// <summary>The error if the program did not do its work: what was not done, and what the program printed.</summary>
        /// <param name="scheduler">The name of the scheduler.</param>
        /// <param name="program">The program.</param>
        /// <param name="step">What was not done.</param>
        public Problem Refusal(string scheduler, string program, Message step)
        {
            var printed = (Error.Trim().Length > 0 ? Error : Output).Trim().ReplaceAll("\r", "").Replace('\n', ' ');
            MessageArgument answer = printed.Length > 0 ? printed : Texts.SchedulerNoMessage(program, ExitCode.ToString(CultureInfo.InvariantCulture));
            return Problems.SchedulerRefused(scheduler, Texts.SchedulerAnswer(step, answer));
        }
    }

    /// <summary>The path of a program; null if it does not exist.</summary>
    /// <param name="name">Its file name.</param>
    public string? Find(string name) => folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The error for programs that do not exist.</summary>
    /// <param name="names">Their names.</param>
    public Problem Missing(string names) => Unavailable(Texts.SchedulerNone(names, string.Join(", ", folders)));

    /// <summary>Runs a program and waits for its end.</summary>
    /// <param name="name">Its file name.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    public ProgramResult Run(string name, string input, params string[] arguments)
    {
        var path = Find(name) ?? throw new ConnectorException(Missing(name));
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
#if NET8_0_OR_GREATER
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
#else
        start.Arguments = WindowsCommandLine.Join(arguments);
#endif
        if (!Platform.IsWindows)
        {
            start.Environment["LC_ALL"] = "C";
            // These programs run others, so PATH holds only the system's folders.
            start.Environment["PATH"] = string.Join(":", SystemFolders);
        }

        try
        {
            using var process = Process.Start(start)!;
            return Exchange(process, name, input);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new ConnectorException(Unavailable(Texts.SchedulerNotStarted(name, e.Message)));
        }
    }

    private ProgramResult Exchange(Process process, string name, string input)
    {
        // Read both pipes at once: a program blocks when one of them is full.
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            var bytes = new UTF8Encoding(false).GetBytes(input);
            process.StandardInput.BaseStream.Write(bytes, 0, bytes.Length);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code shows why.
        }

        if (!process.WaitForExit((int)limit.TotalMilliseconds) || !Task.WaitAll(new Task[] { output, error }, limit))
        {
            Stop(process);
            throw new ConnectorException(Unavailable(Texts.SchedulerNoAnswer(name, MessageValue.Rounded(limit.TotalSeconds))));
        }

        return new ProgramResult(process.ExitCode, output.Result, error.Result);
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }

    private static Problem Unavailable(Message reason) => Problems.SchedulerUnavailable(reason);
}
