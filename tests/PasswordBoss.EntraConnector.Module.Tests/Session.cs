using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>A runspace of the real engine with its own state folder, in which the module is imported as users do it.</summary>
internal sealed class Session : IDisposable
{
    private const string HomeVariable = "PBENTRA_HOME";
    private readonly string? formerHome = Environment.GetEnvironmentVariable(HomeVariable);

    public Session()
    {
        Home = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        Environment.SetEnvironmentVariable(HomeVariable, Path.Combine(Home, "state"));
        Runspace = OpenRunspace(Host);
        Run($"Import-Module '{Repository.Manifest}'");
    }

    public string Home { get; }

    public CapturingHost Host { get; } = new();

    public Runspace Runspace { get; }

    /// <summary>The non-terminating errors of the last command.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; private set; } = [];

    /// <summary>The warnings of the last command.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    public static Runspace OpenRunspace(CapturingHost host)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        return runspace;
    }

    /// <summary>Runs a script and returns its output. Terminating errors are thrown; others are in <see cref="Errors"/>.</summary>
    public IReadOnlyList<PSObject> Run(string script, IEnumerable<object>? input = null)
    {
        using var shell = PowerShell.Create(Runspace);
        shell.AddScript(script);
        try
        {
            return shell.Invoke(input).ToList();
        }
        finally
        {
            Errors = shell.Streams.Error.ToList();
            Warnings = shell.Streams.Warning.Select(warning => warning.Message).ToList();
        }
    }

    /// <summary>Runs a script that must not write any error.</summary>
    public IReadOnlyList<T> Get<T>(string script)
    {
        var output = Run(script);
        Assert.Empty(Errors.Select(error => error.ToString()));
        return output.Select(item => Assert.IsType<T>(item.BaseObject)).ToList();
    }

    /// <summary>Runs a command that must end with a terminating error, and returns the error. No preference makes other errors terminating.</summary>
    public ErrorRecord Fail(string script) => Assert.IsType<ErrorRecord>(Assert.Single(Run($"try {{ {script} }} catch {{ $_ }}")).BaseObject);

    /// <summary>Runs a command that must write exactly one non-terminating error, and returns the error.</summary>
    public ErrorRecord Report(string script)
    {
        Run(script);
        return Assert.Single(Errors);
    }

    public void Dispose()
    {
        Runspace.Dispose();
        Environment.SetEnvironmentVariable(HomeVariable, formerHome);
        Directory.Delete(Home, recursive: true);
    }
}
