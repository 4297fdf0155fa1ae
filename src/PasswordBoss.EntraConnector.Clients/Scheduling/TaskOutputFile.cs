using System.Collections.Generic;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// The output of a task whose scheduler keeps none. A shell writes it to a private file, from the beginning at each start of the task, so the file has the output of
/// the last run; that of a worker grows until it is restarted after at most a day. If the file cannot be written, the command runs without it.
/// </summary>
internal static class TaskOutputFile
{
    // $0 is the file, $@ the command.
    private const string Script = "(umask 077; mkdir -p \"${0%/*}\" && true > \"$0\") && exec \"$@\" > \"$0\" 2>&1; exec \"$@\"";

    /// <summary>The file of a task, in the store of this process.</summary>
    /// <param name="task">The name of the task, which begins with <see cref="StateLocation.LogPrefix"/>.</param>
    public static string PathOf(string task) => Path.Combine(StateLocation.ForThisProcess().LogFolder, task + ".out");

    /// <summary>The program and the arguments that run a command and keep its output.</summary>
    /// <param name="command">The command.</param>
    /// <param name="file">The full path of the file. A missing folder is created.</param>
    public static IReadOnlyList<string> Wrap(SyncCommand command, string file) =>
        new[] { "/bin/sh", "-c", Script, file, command.Host }.Concat(command.Arguments).ToList();
}
