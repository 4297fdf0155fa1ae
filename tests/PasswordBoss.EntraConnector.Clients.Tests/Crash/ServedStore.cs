using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Clients.Tests.Crash;

/// <summary>
/// The store of a process that syncs served companies, and the files of these companies. All of it can be saved and restored, so that the same runs can be repeated.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ServedStore : IDisposable
{
    private readonly string root = Path.Combine(Path.GetTempPath(), "entra-connector-crash-" + Guid.NewGuid().ToString("N"));

    public ServedStore()
    {
        Directory.CreateDirectory(root);
        File.WriteAllText(Authority, Certificates.AuthorityPem);
    }

    /// <summary>The certificates of all companies.</summary>
    public TestCertificates Certificates { get; } = TestCertificates.Create();

    public StateLocation Location => new(Home, Path.Combine(root, "home.keys"), isMachineWide: false);

    private string Home => Path.Combine(root, "home");

    private string Authority => Path.Combine(root, "authority.pem");

    public string SandboxFile(string company) => Path.Combine(root, "sandbox", company + ".json");

    /// <summary>Runs of all these connections at once, in one process, over real sockets. It prints the outcome of each as it ends.</summary>
    public SecondProcess StartSyncs(IEnumerable<string> names) => Start(["sync", .. names]);

    /// <summary>Runs of one connection in one process, over real sockets.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="modes">The mode of each run.</param>
    public SecondProcess StartRuns(string name, params string[] modes) => Start(["runs", name, .. modes]);

    public void PutAside(string name)
    {
        foreach (var (source, aside) in Folders(name))
            Copy(source, aside);
    }

    public void Reclaim(string name)
    {
        foreach (var (source, aside) in Folders(name))
        {
            if (Directory.Exists(source))
                Directory.Delete(source, recursive: true);
            Copy(aside, source);
        }
    }

    public void Dispose()
    {
        Certificates.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private SecondProcess Start(string[] arguments) => SecondProcess.Start(
        new Dictionary<string, string> { [StateLocation.HomeVariable] = Home, ["SSL_CERT_FILE"] = Authority, ["DOTNET_TieredPGO"] = "0" }, arguments);

    private IEnumerable<(string Source, string Aside)> Folders(string name) =>
        new[] { "home", "home.keys", "home.witness", "sandbox" }.Select(f => (Path.Combine(root, f), Path.Combine(root, name, f)));

    private static void Copy(string source, string target)
    {
        // Before the first run there is no witness.
        if (!Directory.Exists(source))
            return;
        foreach (var folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories).Prepend(source))
            Directory.CreateDirectory(folder.Replace(source, target, StringComparison.Ordinal), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            File.Copy(file, file.Replace(source, target, StringComparison.Ordinal));
    }
}
