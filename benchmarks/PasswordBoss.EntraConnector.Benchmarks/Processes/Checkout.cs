using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>A built checkout of this repository, of this version or of another one.</summary>
/// <param name="Root">Its root folder.</param>
internal sealed record Checkout(string Root)
{
    /// <summary>The checkout of this program.</summary>
    public static Checkout Own { get; } = new(PowerShellHost.Root);

    /// <summary>The benchmark program, in the configuration of this one.</summary>
    public string Program { get; } = Existing(Path.Combine(
        Root, "benchmarks", "PasswordBoss.EntraConnector.Benchmarks", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0",
        "PasswordBoss.EntraConnector.Benchmarks" + (OperatingSystem.IsWindows() ? ".exe" : "")));

    /// <summary>The manifest of the module.</summary>
    public string Module { get; } = Existing(Path.Combine(Root, "PasswordBoss.EntraConnector.psd1"));

    private static string Existing(string path) => File.Exists(path) ? Path.GetFullPath(path) : throw new FileNotFoundException($"{path} is missing. Build the checkout first.", path);
}
