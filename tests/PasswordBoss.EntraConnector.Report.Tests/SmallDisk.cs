using System;
using System.Diagnostics;
using System.IO;

namespace PasswordBoss.EntraConnector.Report.Tests;

/// <summary>A disk of one megabyte in memory.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk()
    {
        Folder = Directory.CreateTempSubdirectory("pbentra-disk-").FullName;
        Assert.True(TryRun("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", Folder));
    }

    /// <summary>Whether this user can mount a disk.</summary>
    public static bool IsPossible { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && CanMount();

    public string Folder { get; }

    public void Dispose()
    {
        TryRun("umount", Folder);
        Directory.Delete(Folder, recursive: true);
    }

    // Root of a container often cannot.
    private static bool CanMount()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-disk-").FullName;
        var isMounted = TryRun("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
        if (isMounted)
            TryRun("umount", folder);
        Directory.Delete(folder);
        return isMounted;
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        if (process is null)
            return false;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
