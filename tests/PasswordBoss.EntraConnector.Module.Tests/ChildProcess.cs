using System;
using System.Diagnostics;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Runs a program to its end and returns its output.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    public static (int ExitCode, string Output) Run(ProcessStartInfo start, TimeSpan? timeLimit = null)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        void Append(object sender, DataReceivedEventArgs line)
        {
            // The end of one stream, which may come between two lines of the other.
            if (line.Data is null)
                return;
            lock (output)
                output.AppendLine(line.Data);
        }

        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(timeLimit ?? TimeLimit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} did not end. It said:\n{output}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.ToString());
    }
}
