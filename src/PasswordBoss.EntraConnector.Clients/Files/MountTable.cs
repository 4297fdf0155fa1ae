using System;
using System.Globalization;
using System.IO;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Detects folders on network file systems, where SQLite's shared memory and locks do not work.</summary>
internal static class MountTable
{
    private static readonly string[] NetworkTypes =
    {
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncp", "ncpfs", "davfs", "webdav", "coda", "ceph", "glusterfs", "lustre",
        "fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.s3fs",
    };

    /// <summary>The file system type of an existing folder if it is on another machine, else null; also null if the type is unknown.</summary>
    /// <param name="folder">An absolute path.</param>
    public static string? FindNetworkType(string folder)
    {
        var type = FindType(folder);
        return type is not null && IsNetwork(type) ? type : null;
    }

    /// <summary>Whether files of this type are on another machine.</summary>
    /// <param name="type">The name of the type.</param>
    public static bool IsNetwork(string type) => Array.IndexOf(NetworkTypes, type.ToLowerInvariant()) >= 0;

    /// <summary>The type of a device in the text of <c>/proc/self/mountinfo</c> (https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html).</summary>
    /// <param name="mountInfo">The text.</param>
    /// <param name="major">The major number of the device.</param>
    /// <param name="minor">The minor number of the device.</param>
    public static string? TypeOf(TextReader mountInfo, uint major, uint minor)
    {
        var device = string.Format(CultureInfo.InvariantCulture, "{0}:{1}", major, minor);
        while (mountInfo.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-");
            if (fields.Length > 2 && fields[2] == device && separator > 0 && separator + 1 < fields.Length)
                return fields[separator + 1];
        }

        return null;
    }

    private static string? FindType(string folder)
    {
        try
        {
            if (Platform.IsWindows)
                return new DriveInfo(Path.GetPathRoot(folder) ?? folder).DriveType == DriveType.Network ? "smb" : null;
            if (!Platform.IsLinux)
                return new DriveInfo(folder).DriveFormat;
            if (UnixFile.Find(folder) is not { } facts)
                return null;

            using var mountInfo = new StreamReader("/proc/self/mountinfo");
            return TypeOf(mountInfo, (uint)(facts.Device >> 32), (uint)facts.Device);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // Without a mount table there is no reason to refuse the folder.
        }
    }
}
