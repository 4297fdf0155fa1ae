using System;
using System.Diagnostics;
using System.IO;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Runs scripts in the repository's small host.</summary>
internal static class PSHostProcess
{
    private static readonly string Host = Repository.PathOf("tools", "PSHost", "bin", Configuration, "net10.0", "PSHost.dll");

    // .../bin/<configuration>/<framework>/
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static (int ExitCode, string Output) Run(string? home, params string[] arguments) => ChildProcess.Run(Start(home, arguments));

    /// <summary>How the host is started, for tests that change the environment.</summary>
    public static ProcessStartInfo Start(string? home, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Host, .. arguments]) { WorkingDirectory = Repository.Root };
        start.Environment["PBENTRA_HOME"] = home;
        return start;
    }
}
