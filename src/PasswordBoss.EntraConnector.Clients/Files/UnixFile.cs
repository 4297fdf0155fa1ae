using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// C library functions that .NET or .NET Framework (as Mono runs it) lacks: owner, group, identity and mode of a file, and the target of a link.
/// </summary>
internal static class UnixFile
{
    private const int SymbolicLinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7ff;

    private static readonly Lazy<uint?> CachedPrivateGroup = new(FindPrivateGroup);

    /// <summary>The identity, owner and permissions of a file or folder.</summary>
    /// <param name="Device">The device, major number in the upper half.</param>
    /// <param name="Inode">The number on the device.</param>
    /// <param name="Owner">The user id of the owner.</param>
    /// <param name="Group">The id of the group.</param>
    /// <param name="Mode">Type and permissions.</param>
    public readonly record struct Facts(ulong Device, ulong Inode, uint Owner, uint Group, uint Mode)
    {
        /// <summary>A regular file: no folder, link, pipe or device.</summary>
        public bool IsRegularFile => (Mode & UnixMode.Type) == UnixMode.RegularFile;

        /// <summary>A folder.</summary>
        public bool IsFolder => (Mode & UnixMode.Type) == UnixMode.Folder;

        /// <summary>A symbolic link.</summary>
        public bool IsLink => (Mode & UnixMode.Type) == UnixMode.SymbolicLink;

        /// <summary>Only the owner of an entry, or of the folder, may remove or rename the entry.</summary>
        public bool IsSticky => (Mode & UnixMode.Sticky) != 0;

        /// <summary>Members of the group may write.</summary>
        public bool IsWritableByGroup => (Mode & UnixMode.GroupWrites) != 0;

        /// <summary>Everyone may write.</summary>
        public bool IsWritableByAll => (Mode & UnixMode.OthersWrite) != 0;

        /// <summary>Other users than the owner have any rights.</summary>
        public bool IsOpenToOthers => (Mode & UnixMode.AllOfOthers) != 0;
    }

    /// <summary>The effective user of the process.</summary>
    public static uint EffectiveUser => geteuid();

    /// <summary>The facts about the target of a path; null if there is none, or if this C library cannot return them.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether to follow a link to its target.</param>
    public static Facts? Find(string path, bool followLinks = true)
    {
        try
        {
            if (Platform.IsMacOS)
            {
                MacStat mac;
                var error = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                    ? followLinks ? stat(path, out mac) : lstat(path, out mac)
                    : followLinks ? stat64(path, out mac) : lstat64(path, out mac);
                return error == 0 ? mac.ToFacts() : null;
            }

            return statx(CurrentDirectory, path, followLinks ? 0 : SymbolicLinkNoFollow, BasicStats, out var linux) == 0 ? linux.ToFacts() : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The facts about an open file; null if this C library cannot return them.</summary>
    /// <param name="handle">The file.</param>
    public static Facts? Find(SafeHandle handle)
    {
        try
        {
            if (Platform.IsMacOS)
            {
                MacStat mac;
                var error = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                    ? fstat(Descriptor(handle), out mac)
                    : fstat64(Descriptor(handle), out mac);
                return error == 0 ? mac.ToFacts() : null;
            }

            return statx(Descriptor(handle), "", EmptyPath, BasicStats, out var linux) == 0 ? linux.ToFacts() : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
        finally
        {
            GC.KeepAlive(handle);
        }
    }

    /// <summary>The target of a link, exactly as the link contains it; null if the path names no link.</summary>
    /// <param name="path">The path.</param>
    public static string? ReadLink(string path)
    {
        var target = new byte[4096];
        var length = readlink(path, target, (IntPtr)target.Length).ToInt64();
        return length < 0 ? null : Encoding.UTF8.GetString(target, 0, (int)length);
    }

    /// <summary>
    /// The private group of this user, which many distributions create for each user: it has the user's name and no other members. Null if there is none.
    /// </summary>
    public static uint? PrivateGroup => CachedPrivateGroup.Value;

    private static uint? FindPrivateGroup()
    {
        if (getpwuid(geteuid()) is var entry && entry == IntPtr.Zero)
            return null;
        var user = Marshal.PtrToStructure<UserEntry>(entry);
        var name = Marshal.PtrToStringAnsi(user.Name);
        if (getgrgid(user.Group) is var found && found == IntPtr.Zero)
            return null;
        var group = Marshal.PtrToStructure<GroupEntry>(found);
        if (Marshal.PtrToStringAnsi(group.Name) != name)
            return null;
        for (var member = group.Members; Marshal.ReadIntPtr(member) is var other && other != IntPtr.Zero; member += IntPtr.Size)
        {
            if (Marshal.PtrToStringAnsi(other) != name)
                return null;
        }

        return user.Group;
    }

    /// <summary>Creates a folder that never has more than these permissions. An existing folder stays as it is.</summary>
    /// <param name="path">The path; its parent exists.</param>
    /// <param name="mode">The permissions; the umask may remove some.</param>
    public static void CreateFolder(string path, uint mode)
    {
        if (mkdir(path, mode) != 0 && !Directory.Exists(path))
            throw Failed(path);
    }

    private static int Descriptor(SafeHandle handle) => (int)handle.DangerousGetHandle();

    /// <summary>The error of the last C library call.</summary>
    /// <param name="path">The path of the call.</param>
    internal static IOException Failed(string path) => Failed(path, out _);

    /// <summary>The error of the last C library call, with its number.</summary>
    /// <param name="path">The path of the call.</param>
    /// <param name="code">The number, as in errno.h.</param>
    internal static IOException Failed(string path, out int code)
    {
        code = Marshal.GetLastWin32Error();
        return new IOException(path + ": " + new System.ComponentModel.Win32Exception(code).Message, code);
    }

    // The layout of the kernel's interface, the same for every architecture: https://man7.org/linux/man-pages/man2/statx.2.html
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct LinuxStat
    {
        [FieldOffset(20)] public uint Owner;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;

        public readonly Facts ToFacts() => new(((ulong)DeviceMajor << 32) | DeviceMinor, Inode, Owner, Group, Mode);
    }

    // struct stat with 64-bit inodes, from sys/stat.h of macOS.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct MacStat
    {
        [FieldOffset(0)] public int Device;
        [FieldOffset(4)] public ushort Mode;
        [FieldOffset(8)] public ulong Inode;
        [FieldOffset(16)] public uint Owner;
        [FieldOffset(20)] public uint Group;

        public readonly Facts ToFacts() => new((uint)Device, Inode, Owner, Group, Mode);
    }

    // The first fields of struct passwd and struct group, the same on Linux and macOS.
    [StructLayout(LayoutKind.Sequential)]
    private struct UserEntry
    {
        public IntPtr Name;
        public IntPtr Password;
        public uint User;
        public uint Group;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GroupEntry
    {
        public IntPtr Name;
        public IntPtr Password;
        public uint Group;
        public IntPtr Members;
    }

#pragma warning disable IDE1006, SYSLIB1054 // Names are the C library's; source-generated marshalling does not exist on .NET Framework.
    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int mkdir([MarshalAs(UnmanagedType.LPStr)] string path, uint mode);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr getpwuid(uint user);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr getgrgid(uint group);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr readlink([MarshalAs(UnmanagedType.LPStr)] string path, byte[] target, IntPtr size);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPStr)] string path, int flags, uint mask, out LinuxStat facts);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int stat([MarshalAs(UnmanagedType.LPStr)] string path, out MacStat facts);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lstat([MarshalAs(UnmanagedType.LPStr)] string path, out MacStat facts);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fstat(int descriptor, out MacStat facts);

    [DllImport("libc", EntryPoint = "stat$INODE64", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int stat64([MarshalAs(UnmanagedType.LPStr)] string path, out MacStat facts);

    [DllImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lstat64([MarshalAs(UnmanagedType.LPStr)] string path, out MacStat facts);

    [DllImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fstat64(int descriptor, out MacStat facts);
#pragma warning restore IDE1006, SYSLIB1054
}
