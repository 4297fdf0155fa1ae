using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// An open file or folder of a Unix system. .NET's own files follow links and wait for the other end of a pipe, and those of mono cannot be made from a descriptor.
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

    // bits/fcntl.h of Linux: three architectures have numbers of their own for O_NOFOLLOW. fcntl.h of macOS.
    private static int Flags => Platform.IsMacOS
        ? 0x100 | 0x4 | 0x1000000
        : (RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Ppc64le ? 0x8000 : 0x20000) | 0x800 | 0x80000;

    /// <summary>The number. Throws <see cref="ObjectDisposedException"/> after it was closed: the system may have given the number to another file.</summary>
    public int Number => IsClosed ? throw new ObjectDisposedException(nameof(UnixDescriptor)) : (int)handle;

    /// <summary>
    /// Opens a regular file; null when there is none. A link in its place is refused, and a pipe does not block. Throws <see cref="IOException"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="forWriting">Whether to write, too.</param>
    public static UnixDescriptor? OpenFile(string path, bool forWriting)
    {
        var file = Open(path, forWriting ? ReadWrite : ReadOnly);
        if (file is null || UnixFile.Find(file) is null or { IsRegularFile: true })
            return file;
        file.Dispose();
        throw new IOException(path + " is not a file.");
    }

    /// <summary>Opens a file or folder to look at it and to change its permissions; null when there is none. A link is refused, and a pipe does not block.</summary>
    /// <param name="path">The path.</param>
    public static UnixDescriptor? Open(string path) => Open(path, ReadOnly);

    /// <summary>Takes the advisory lock; false when somebody holds it.</summary>
    public bool TryLock() => flock(Number, LockExclusive | LockNonBlocking) == 0;

    /// <summary>Sets the permissions.</summary>
    /// <param name="mode">The permissions.</param>
    public void SetMode(uint mode)
    {
        if (fchmod(Number, mode) != 0)
            throw UnixFile.Failed("fchmod");
    }

    /// <summary>Reads from where the last read ended.</summary>
    /// <param name="bytes">Where to.</param>
    /// <returns>How many bytes there were.</returns>
    public int Read(byte[] bytes) => read(Number, bytes, (IntPtr)bytes.Length).ToInt32() is var length && length < 0 ? throw UnixFile.Failed("read") : length;

    /// <summary>Writes over what stands at the beginning.</summary>
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
    // No file is created with it: the permissions would be a further argument, which a function of variable length takes in another way on some processors.
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
