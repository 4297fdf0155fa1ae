using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Hosting;

if (args.Length == 0)
{
    Console.Error.WriteLine("Usage: dotnet run --project tools/PSHost -- script.ps1 [arguments]");
    return 64;
}

var script = Path.GetFullPath(args[0]);
if (!File.Exists(script))
{
    Console.Error.WriteLine($"There is no script '{script}'.");
    return 66;
}

var host = new ConsoleHost();
var session = InitialSessionState.CreateDefault2();
if (OperatingSystem.IsWindows())
    session.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
using var runspace = RunspaceFactory.CreateRunspace(host, session);
runspace.Open();
Runspace.DefaultRunspace = runspace;
using var shell = PowerShell.Create(runspace);
Console.CancelKeyPress += (_, pressed) =>
{
    // The script ends its work cleanly and the host goes on to report; a second press ends the process.
    pressed.Cancel = shell.InvocationStateInfo.State == PSInvocationState.Running;
    if (pressed.Cancel)
        shell.BeginStop(null, null);
};

// The arguments are PowerShell's, as with its -File: what looks like a parameter is one, everything else is text.
var arguments = args.Skip(1).Select(argument => ScriptArgument.IsParameter(argument) ? argument : ScriptArgument.Quote(argument));
shell.AddScript($"& {ScriptArgument.Quote(script)} {string.Join(' ', arguments)}").AddCommand("Out-Default");
shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
try
{
    shell.Invoke();
}
catch (PipelineStoppedException)
{
    return host.ExitCode ?? 130;
}
catch (RuntimeException exception)
{
    using var printer = PowerShell.Create(runspace);
    printer.AddCommand("Out-Default").AddParameter("InputObject", exception.ErrorRecord).Invoke();
    return 1;
}

// `exit n` in a script that is called sets the variable, and does not reach the host.
return host.ExitCode ?? (runspace.SessionStateProxy.GetVariable("LASTEXITCODE") as int? ?? 0);

internal static partial class ScriptArgument
{
    public static bool IsParameter(string argument) => Parameter().IsMatch(argument);

    public static string Quote(string text) => "'" + System.Management.Automation.Language.CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";

    [GeneratedRegex(@"^-[A-Za-z]\w*(:\$(true|false))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Parameter();
}
