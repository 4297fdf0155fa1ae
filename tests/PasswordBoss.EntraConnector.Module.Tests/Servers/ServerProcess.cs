using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;

namespace PasswordBoss.EntraConnector.Module.Tests.Servers;

/// <summary>A server in its own process, because its assemblies must not be beside the module. It ends when its standard input closes.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process process;

    private ServerProcess(string project, params string[] arguments)
    {
        var program = Repository.PathOf("tests", project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", project + ".dll");
        process = Process.Start(new ProcessStartInfo("dotnet", [program, "--certificate", ServerTrust.CertificateFile, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Facts = Read();
    }

    /// <summary>The first output line of the server.</summary>
    public JsonElement Facts { get; }

    /// <summary>An Entra tenant without registered applications.</summary>
    public static ServerProcess StartTenant(params string[] arguments) => new("PasswordBoss.EntraConnector.TenantHost", arguments);

    /// <summary>The company of the sandbox, at three addresses.</summary>
    public static ServerProcess StartSandbox(params string[] arguments) => new("PasswordBoss.EntraConnector.SandboxHost", arguments);

    /// <summary>A value of the first line.</summary>
    public string this[string name] => Facts.GetProperty(name).GetString()!;

    /// <summary>The response to an input line.</summary>
    public JsonElement Ask()
    {
        process.StandardInput.WriteLine();
        process.StandardInput.Flush();
        return Read();
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(30)))
            process.Kill();
        process.Dispose();
    }

    private JsonElement Read()
    {
        using var document = JsonDocument.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The server did not start."));
        return document.RootElement.Clone();
    }
}
