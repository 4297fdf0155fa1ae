using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// An open file or folder of a Unix system. A FileStream follows links and blocks on a pipe, and Mono cannot create one from a descriptor.
/// </summary>
internal sealed class UnixDescriptor : SafeHandleMinusOneIsInvalid
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int NoSuchFile = 2;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const Architecture Ppc64le = (Architecture)8; // .NET Framework has no name for it.

    private UnixDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(new IntPtr(descriptor));

    // From bits/fcntl.h of Linux, where three architectures have different numbers for O_NOFOLLOW, and fcntl.h of macOS.
    private static int Flags => Platform.IsMacOS
        ? 0x100 | 0x4 | 0x1000000
        : (RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Ppc64le ? 0x8000 : 0x20000) | 0x800 | 0x80000;

    /// <summary>The number. Throws <see cref="ObjectDisposedException"/> after closing: the system may have assigned the number to another file.</summary>
    public int Number => IsClosed ? throw new ObjectDisposedException(nameof(UnixDescriptor)) : (int)handle;

    /// <summary>
    /// Opens a regular file; null if there is none. Refuses a link, and does not block on a pipe. Throws <see cref="IOException"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="forWriting">Whether to open it for writing too.</param>
    public static UnixDescriptor? OpenFile(string path, bool forWriting)
    {
        var file = Open(path, forWriting ? ReadWrite : ReadOnly);
        if (file is null || UnixFile.Find(file) is null or { IsRegularFile: true })
            return file;
        file.Dispose();
        throw new RefusedFileException(Texts.PathNotAFile(path));
    }

    /// <summary>Opens a file or folder to check it or change its permissions; null if there is none. Refuses a link; does not block on a pipe.</summary>
    /// <param name="path">The path.</param>
    public static UnixDescriptor? Open(string path) => Open(path, ReadOnly);

    /// <summary>Takes the advisory lock; false if it is already held.</summary>
    public bool TryLock() => flock(Number, LockExclusive | LockNonBlocking) == 0;

    /// <summary>Sets the permissions.</summary>
    /// <param name="mode">The permissions.</param>
    public void SetMode(uint mode)
    {
        if (fchmod(Number, mode) != 0)
            throw UnixFile.Failed("fchmod");
    }

    /// <summary>Reads from where the last read ended.</summary>
    /// <param name="bytes">The buffer.</param>
    /// <returns>The number of bytes that were read.</returns>
    public int Read(byte[] bytes) => read(Number, bytes, (IntPtr)bytes.Length).ToInt32() is var length && length < 0 ? throw UnixFile.Failed("read") : length;

    /// <summary>Overwrites the beginning of the file.</summary>
    /// <param name="bytes">The bytes; few enough for one write.</param>
    public void WriteAtStart(byte[] bytes)
    {
        if (lseek(Number, IntPtr.Zero, 0) != IntPtr.Zero || write(Number, bytes, (IntPtr)bytes.Length).ToInt32() != bytes.Length)
            throw UnixFile.Failed("write");
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    private static UnixDescriptor? Open(string path, int access)
    {
        var descriptor = open(path, access | Flags);
        if (descriptor >= 0)
            return new UnixDescriptor(descriptor);
        var reason = UnixFile.Failed(path, out var code);
        return code == NoSuchFile ? null : throw reason;
    }

#pragma warning disable IDE1006, SYSLIB1054 // Names are the C library's; source-generated marshalling does not exist on .NET Framework.
    // Never creates a file: that needs a third argument, and some processors pass the arguments of variadic functions differently.
    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPStr)] string path, int flags);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int flock(int descriptor, int operation);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fchmod(int descriptor, uint mode);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr read(int descriptor, byte[] bytes, IntPtr count);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr write(int descriptor, byte[] bytes, IntPtr count);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr lseek(int descriptor, IntPtr offset, int origin);
#pragma warning restore IDE1006, SYSLIB1054
}
