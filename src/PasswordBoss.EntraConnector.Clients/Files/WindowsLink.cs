using System;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Distinguishes symbolic links and junctions of Windows from other reparse points, such as files in cloud storage or deduplicated files.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsLink
{
    private const uint ReparsePoint = 0x400;
    // IsReparseTagNameSurrogate: https://learn.microsoft.com/windows/win32/fileio/reparse-point-tags
    private const uint NameSurrogate = 0x20000000;
    private static readonly IntPtr Invalid = new(-1);

    /// <summary>Whether a path names a link, whatever its target is.</summary>
    /// <param name="path">The path, without a trailing separator. The root of a drive is not a link.</param>
    public static bool Is(string path)
    {
        var handle = FindFirstFileW(path, out var data);
        if (handle == Invalid)
            return false;
        FindClose(handle);
        return (data.Attributes & ReparsePoint) != 0 && (data.ReparseTag & NameSurrogate) != 0;
    }

    // WIN32_FIND_DATAW; the names at its end are not used.
    [StructLayout(LayoutKind.Explicit, Size = 592)]
    private struct FindData
    {
        [FieldOffset(0)] public uint Attributes;
        [FieldOffset(36)] public uint ReparseTag;
    }

#pragma warning disable IDE1006, SYSLIB1054 // Source-generated marshalling does not exist on .NET Framework.
    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr FindFirstFileW(string path, out FindData data);

    [DllImport("kernel32"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool FindClose(IntPtr handle);
#pragma warning restore IDE1006, SYSLIB1054
}
