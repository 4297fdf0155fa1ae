using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>A second process that uses the state. Disposing kills it.</summary>
internal sealed class SecondProcess : IDisposable
{
    private readonly Process process;

    private SecondProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "PasswordBoss.EntraConnector.StateProcess.dll");

    public static SecondProcess Start(params string[] arguments) => Start(withoutRights: false, arguments);

    /// <param name="withoutRights">Whether the process drops the rights of root first.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static SecondProcess Start(bool withoutRights, params string[] arguments) => Start(Assembly, withoutRights, arguments);

    /// <param name="variables">Further environment variables.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static SecondProcess Start(IReadOnlyDictionary<string, string> variables, params string[] arguments) => Start(Assembly, withoutRights: false, variables, arguments);

    /// <param name="assembly">The path of the program.</param>
    /// <param name="withoutRights">Whether the process drops the rights of root first.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static SecondProcess Start(string assembly, bool withoutRights, params string[] arguments) => Start(assembly, withoutRights, new Dictionary<string, string>(), arguments);

    /// <param name="user">The ID of the user and the group as which the process runs; requires root.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static SecondProcess StartAs(uint user, params string[] arguments) => Start(Assembly, user, new Dictionary<string, string>(), arguments);

    private static SecondProcess Start(string assembly, bool withoutRights, IReadOnlyDictionary<string, string> variables, string[] arguments) =>
        Start(assembly, withoutRights ? 65534 : null, variables, arguments);

    private static SecondProcess Start(string assembly, uint? user, IReadOnlyDictionary<string, string> variables, string[] arguments)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(user is null ? dotnet : "setpriv") { RedirectStandardOutput = true, UseShellExecute = false };
        if (user is not null)
        {
            foreach (var argument in new[] { "--reuid=" + user, "--regid=" + user, "--clear-groups", dotnet })
                start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        // .NET's own file locks can be switched off. This must not affect our locks.
        start.Environment["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "true";
        foreach (var variable in variables)
            start.Environment[variable.Key] = variable.Value;
        return new SecondProcess(Process.Start(start)!);
    }

    public async Task<string?> ReadLineAsync() => await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
    }
}

/// <summary>A fact that requires root, and a command to drop its rights.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv"))
            Skip = "Acts as two users: only root on Linux, with setpriv, can start a process as another user.";
    }
}

/// <summary>A fact in which a process trusts an authority of the tests, for which OpenSSL can be configured.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "Only OpenSSL on Linux reads trusted authorities from SSL_CERT_FILE; elsewhere the test would have to change the store of the machine.";
    }
}

/// <summary>A fact about Unix permissions.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Checks Unix mode bits, which Windows does not have; WindowsAccessTests check access lists there.";
    }
}

/// <summary>The same for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Checks Unix mode bits, which Windows does not have; WindowsAccessTests check access lists there.";
    }
}

/// <summary>A fact about a feature of Windows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WindowsFactAttribute : FactAttribute
{
    public WindowsFactAttribute()
    {
        if (!OperatingSystem.IsWindows())
            Skip = "Calls access lists, DPAPI or account ids of Windows, which no other system has.";
    }
}

/// <summary>The same for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WindowsTheoryAttribute : TheoryAttribute
{
    public WindowsTheoryAttribute()
    {
        if (!OperatingSystem.IsWindows())
            Skip = "Calls access lists, DPAPI or account ids of Windows, which no other system has.";
    }
}
