using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests.Documentation;

/// <summary>
/// A run of scripts in one process of the restored PowerShell. Its proxy forwards the hosts of the documentation to servers of the tests. Its browser and its scheduler are
/// stand-ins, and its module is a copy, all in a temporary folder.
/// </summary>
/// <param name="Outputs">The lines that each step of each script printed.</param>
/// <param name="Violations">The requests to Entra that Microsoft's documentation does not allow.</param>
/// <param name="Refused">The requests to hosts that the documentation does not name.</param>
internal sealed record ExampleRun(IReadOnlyList<IReadOnlyList<string[]>> Outputs, IReadOnlyList<string> Violations, IReadOnlyCollection<string> Refused)
{
    // The company has only users that can have an account.
    private const int People = 5;

    /// <summary>Whether the servers can have the names of real hosts: PowerShell must trust the certificate of the tests.</summary>
    public static bool HasHosts => ServerTrust.Available && StandInBrowser.Available;

    // Empty folders over those of the machine, which only this process and its children see.
    private static readonly string[] MachineFolders = ["/usr/local/share", "/etc/systemd/system"];
    private static readonly string[] WithMachineFolders =
        ["unshare", "--mount", "sh", "-c", string.Join(" && ", [.. MachineFolders.Select(folder => "mount -t tmpfs -o mode=755 tmpfs " + folder), "exec \"$@\""]), "sh"];

    private static readonly Lazy<bool> CanMount = new(() => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/unshare")
        && MachineFolders.All(Directory.Exists) && ChildProcess.Run(new ProcessStartInfo(WithMachineFolders[0], [.. WithMachineFolders[1..], "true"])).ExitCode == 0);

    /// <summary>Whether the process has folders of its own in place of those that belong to the machine. Only root on Linux can have them, and not in every container.</summary>
    public static bool HasMachineFolders => CanMount.Value;

    /// <summary>Runs scripts, in their order.</summary>
    /// <param name="scripts">The scripts.</param>
    public static ExampleRun Of(IReadOnlyList<ExampleScript> scripts)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        using var tenant = HasHosts ? ServerProcess.StartTenant("--people", People.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null;
        using var accepting = HasHosts ? new WebhookServer { Answer = () => Task.FromResult("202 Accepted") } : null;
        using var redirecting = HasHosts ? new WebhookServer { Answer = () => Task.FromResult("302 Found\r\nLocation: https://tickets.example/login") } : null;
        using var proxy = tenant is not null && accepting is not null && redirecting is not null ? new HostProxy(PortsOf(tenant, accepting, redirecting)) : null;
        try
        {
            var module = CopyModule(Path.Combine(folder, "PasswordBoss.EntraConnector"));
            WritePrograms(Path.Combine(folder, "programs"));
            File.WriteAllText(Path.Combine(folder, "run.json"), JsonSerializer.Serialize(new
            {
                Module = module,
                Pester = PowerShellProcess.PesterManifest,
                ExampleScript.DocumentedClientId,
                SandboxCredentials.ClientId,
                SandboxCredentials.ClientSecret,
                SandboxCredentials.PasswordBossToken,
                AdminToken = tenant?["AdminToken"],
                People,
                HasMachineFolders,
                Scripts = scripts,
            }));
            var outputs = Run(folder, proxy, scripts);
            return new ExampleRun(outputs, [.. tenant?.Ask().GetProperty(nameof(Violations)).EnumerateArray().Select(violation => violation.ToString()) ?? []], proxy?.Refused ?? []);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<IReadOnlyList<string[]>> Run(string folder, HostProxy? proxy, IReadOnlyList<ExampleScript> scripts)
    {
        var start = PowerShellProcess.Start(home: null, [Repository.PathOf("tests", "PasswordBoss.EntraConnector.Module.Tests", "Documentation", "Run-Examples.ps1"), folder], HasMachineFolders ? WithMachineFolders : null);
        start.StandardOutputEncoding = Encoding.UTF8;
        // PowerShell lists the package repositories of a user there.
        start.Environment["XDG_DATA_HOME"] = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        if (proxy is not null)
        {
            foreach (var name in new[] { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" })
                start.Environment.Remove(name);
            start.Environment["HTTPS_PROXY"] = proxy.Address;
            start.Environment["SSL_CERT_FILE"] = ServerTrust.AuthorityFile;
            start.Environment["PATH"] = Path.Combine(folder, "programs") + Path.PathSeparator + start.Environment["PATH"];
            start.Environment["DISPLAY"] = ":0";
        }

        var (exitCode, output) = ChildProcess.Run(start, TimeSpan.FromMinutes(10));
        var end = output.IndexOf("##END", StringComparison.Ordinal);
        Assert.True(exitCode == 0 && end >= 0, output);
        var printed = output[..end].Split("##EXAMPLE ").Skip(1)
            .Select(IReadOnlyList<string[]> (part) => part.Split("##STEP").Skip(1).Select(step => step.Split('\n', StringSplitOptions.TrimEntries)).ToList()).ToList();
        Assert.Equal(scripts.Select(script => script.Steps.Count), printed.Select(steps => steps.Count));
        return printed;
    }

    private static Dictionary<string, int> PortsOf(ServerProcess tenant, WebhookServer accepting, WebhookServer redirecting)
    {
        var ports = tenant.Facts.GetProperty("Ports").EnumerateObject().ToDictionary(port => port.Name, port => port.Value.GetInt32(), StringComparer.Ordinal);
        ports.Add("prod.example", accepting.Address.Port);
        ports.Add("tickets.example", redirecting.Address.Port);
        return ports;
    }

    // As in an installed module, files can be written beside the scripts, and no other user can change them.
    private static string CopyModule(string folder)
    {
        foreach (var part in new[] { "module", "examples" })
        {
            var source = Repository.PathOf(part);
            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(folder, part, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }

        var manifest = Path.Combine(folder, Path.GetFileName(Repository.Manifest));
        File.Copy(Repository.Manifest, manifest);
        return manifest;
    }

    // cron, whose table is beside the state, systemd, which runs only for one store, the PowerShell of a task, and the browser.
    private static void WritePrograms(string folder)
    {
        Directory.CreateDirectory(folder);
        if (OperatingSystem.IsWindows())
            return;
        foreach (var (name, script) in new[]
        {
            ("systemctl", "if [ -e \"$PBENTRA_HOME.systemd\" ]; then echo running; else echo offline; exit 1; fi"),
            ("crontab", "if [ \"$1\" = -l ]; then cat \"$PBENTRA_HOME.crontab\" 2>/dev/null || { echo 'no crontab for ada' >&2; exit 1; }; else cat > \"$PBENTRA_HOME.crontab\"; fi"),
            ("pwsh", ""),
        })
        {
            var program = Path.Combine(folder, name);
            File.WriteAllText(program, "#!/bin/sh\n" + script + "\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        StandInBrowser.WriteTo(folder);
    }
}
