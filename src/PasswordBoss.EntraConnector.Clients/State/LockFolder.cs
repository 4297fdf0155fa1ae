using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// The one folder of the machine in which all users, and both stores, look for the run locks. The choice depends on the machine alone, never on who asks
/// first, or two users would lock in two places.
/// </summary>
internal static class LockFolder
{
    private const string UnixName = "passwordboss-entraconnector-locks";
    private const uint SharedWithSticky = 0x3FF;

    /// <summary>Where the folder lies on this machine.</summary>
    public static string Choose()
    {
        if (Platform.IsWindows)
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData, Environment.SpecialFolderOption.DoNotVerify), "PasswordBoss.EntraConnector.Locks");

        // Some distributions keep /run/lock for root alone; every user must be able to create the folder.
        var parent = Platform.IsLinux && UnixFile.Find("/run/lock") is { IsSharedWithSticky: true } ? "/run/lock" : "/tmp";
        return parent + "/" + UnixName;
    }

    /// <summary>Creates the folder, open to all users, or checks the one that is there.</summary>
    /// <param name="folder">The folder.</param>
    public static void Prepare(string folder)
    {
        if (Platform.IsWindows)
            PrepareOnWindows(folder);
        else
            PrepareOnUnix(folder);
    }

    private static void PrepareOnUnix(string folder)
    {
        if (!Directory.Exists(folder))
            Directory.CreateDirectory(folder);
        var user = UnixFile.EffectiveUser;
        var facts = UnixFile.Find(folder, followLinks: false);

        // Whoever owns the folder can delete the locks in it. Root takes it over, in a way that follows no link, before it touches its mode: from then on
        // nobody else can put a link in its place.
        if (user == 0 && facts is { Owner: not 0 })
        {
            UnixFile.TakeOver(folder);
            facts = UnixFile.Find(folder, followLinks: false);
        }

        if (facts is { IsLink: true })
            throw StateFolder.Unusable(folder, "StateReason_Link");
        if (facts is { IsSharedWithSticky: false } known && known.Owner == user)
            UnixFile.SetMode(folder, SharedWithSticky);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void PrepareOnWindows(string folder)
    {
        var info = new DirectoryInfo(folder);
        if (!info.Exists)
            info.Create(WindowsAccess.ForLocks());
        info.Refresh();
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0)
            throw StateFolder.Unusable(folder, "StateReason_Link");
    }
}
