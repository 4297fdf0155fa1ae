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

    public static (int ExitCode, string Output) Run(string? home, params string[] arguments) => RunIn([], home, arguments);

    /// <param name="surroundings">A program that runs what follows its own arguments.</param>
    /// <param name="home">The state folder.</param>
    /// <param name="arguments">The script and its arguments.</param>
    public static (int ExitCode, string Output) RunIn(string[] surroundings, string? home, params string[] arguments) =>
        ChildProcess.Run(Start(home, arguments, surroundings));

    /// <summary>How the host is started, for tests that change the environment.</summary>
    /// <param name="home">The state folder.</param>
    /// <param name="arguments">The script and its arguments.</param>
    /// <param name="surroundings">A program that runs what follows its own arguments.</param>
    public static ProcessStartInfo Start(string? home, string[] arguments, string[]? surroundings = null)
    {
        string[] command = [.. surroundings ?? [], "dotnet", Host, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = Repository.Root };
        start.Environment["PBENTRA_HOME"] = home;
        return start;
    }
}
