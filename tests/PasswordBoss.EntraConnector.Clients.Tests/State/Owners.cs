using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>Changes owners and permissions of files and links. Only root can change owners.</summary>
internal static class Owners
{
    public static void Give(string path, uint user) => Give(path, user, user);

    public static void Give(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    public static void SetMode(string path, uint mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)mode);
    }

#pragma warning disable SYSLIB1054, IDE1006 // The name is the C library's.
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPStr)] string path, uint user, uint group);
#pragma warning restore SYSLIB1054, IDE1006
}
