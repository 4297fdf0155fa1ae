using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// Judges whether another user can delete, rename, replace or change what a path names. For that every folder above counts, and every link on the way with all that
/// lies above its target. A folder in which others may only create entries is no fault, and neither is a sticky one, as long as it is not closed.
/// </summary>
internal static class TrustedPath
{
    private const int MostLinks = 40;

    /// <summary>
    /// What is wrong with a path; the first argument names the component at fault. Null when neither it nor a folder above can be replaced by others. What does not
    /// exist yet is not judged, only what lies above it. Throws nothing: what cannot be judged is at fault.
    /// </summary>
    /// <param name="path">An absolute path of a file or folder.</param>
    public static Message? FindFlaw(string path) => FindFlaw(path, isClosed: false);

    /// <summary>
    /// As <see cref="FindFlaw(string)"/>, and others must also be unable to create entries in what the path names. Programs load a file that lies beside them, no matter who
    /// created it. Where the path names nothing, nobody else must be able to create it.
    /// </summary>
    /// <param name="path">An absolute path of a file or folder.</param>
    public static Message? FindFlawOfClosed(string path) => FindFlaw(path, isClosed: true);

    private static Message? FindFlaw(string path, bool isClosed)
    {
        try
        {
            return Platform.IsWindows ? FindFlawOnWindows(path, isClosed) : FindFlawOnUnix(path, isClosed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.SecurityException
            or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return Texts.PathUnjudged(path, exception.Message);
        }
    }

    private static Message? FindFlawOnUnix(string path, bool isClosed)
    {
        var pending = new Stack<string>();
        Push(pending, path);
        var current = "/";
        var links = 0;
        while (true)
        {
            // Null is also the answer of a C library that cannot tell; then the folder itself is all that protects it.
            if (UnixFile.Find(current, followLinks: false) is not { } facts)
                return isClosed && UnixFile.Find(ParentOf(current), followLinks: false) is { } above ? JudgeUnix(ParentOf(current), above, isClosed: true) : null;
            if (JudgeUnix(current, facts, isClosed: false) is { } flaw)
                return flaw;
            if (facts.IsLink)
            {
                if (++links > MostLinks || UnixFile.ReadLink(current) is not { Length: > 0 } target)
                    return Texts.PathLink(current);
                Push(pending, target);
                current = target[0] == '/' ? "/" : ParentOf(current);
                continue;
            }

            var next = "";
            while (next.Length == 0 && pending.Count > 0)
            {
                next = pending.Pop();
                if (next == "..")
                {
                    current = ParentOf(current);
                    next = "";
                }
            }

            // The last step may have been one back up, so the folder is looked at again.
            if (next.Length == 0)
                return isClosed && UnixFile.Find(current, followLinks: false) is { } last ? JudgeUnix(current, last, isClosed: true) : null;
            current = current == "/" ? "/" + next : current + "/" + next;
        }
    }

    /// <summary>Judges one component of a path of a Unix system.</summary>
    /// <param name="path">The component.</param>
    /// <param name="facts">What is known of it.</param>
    /// <param name="isClosed">Whether others must be unable to create entries in it: the sticky bit keeps them from touching what is there, not from that.</param>
    internal static Message? JudgeUnix(string path, UnixFile.Facts facts, bool isClosed)
    {
        var user = UnixFile.EffectiveUser;
        if (facts.Owner != 0 && facts.Owner != user)
            return Texts.PathOwner(path, facts.Owner.ToString(CultureInfo.InvariantCulture));
        // A link has no rights of its own.
        if (facts.IsLink || (facts.IsFolder && facts.IsSticky && !isClosed))
            return null;
        // A group that is this user's alone lets nobody else in. Root trusts none.
        var byGroup = facts.IsWritableByGroup && (user == 0 || facts.Group != UnixFile.PrivateGroup);
        return byGroup || facts.IsWritableByAll
            ? Texts.PathWritable(path, ModeOf(facts))
            : null;
    }

    /// <summary>Permissions as chmod takes them.</summary>
    /// <param name="facts">What is known of a file or folder.</param>
    internal static string ModeOf(UnixFile.Facts facts) => Convert.ToString(facts.Mode & UnixMode.Permissions, 8).PadLeft(4, '0');

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var component in path.Split('/').Where(component => component.Length > 0 && component != ".").Reverse())
            pending.Push(component);
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is var end && end > 0 ? path.Substring(0, end) : "/";

    [SupportedOSPlatform("windows")]
    private static Message? FindFlawOnWindows(string path, bool isClosed)
    {
        var components = new Stack<string>();
        for (var component = Path.GetFullPath(path); !string.IsNullOrEmpty(component); component = Path.GetDirectoryName(component))
            components.Push(component);
        foreach (var component in components)
        {
            var isFolder = Directory.Exists(component);
            if (!isFolder && !File.Exists(component))
                return isClosed && Path.GetDirectoryName(component) is { Length: > 0 } above && Directory.Exists(above) ? JudgeFolder(above, isClosed: true) : null;
            // The access list of a link says nothing about its target, so a link is refused. A reparse point of a cloud drive is no link, and is judged as a file.
            if (WindowsLink.Is(component))
                return Texts.PathLink(component);
            // The components of a path differ in length, so only the last is as long as the whole.
            var flaw = isFolder
                ? JudgeFolder(component, isClosed && component.Length == Path.GetFullPath(path).Length)
                : Replaceable(component, WindowsAccess.FindStranger(new FileInfo(component).GetAccessControl(JudgedSections)));
            if (flaw is not null)
                return flaw;
        }

        return null;
    }

    [SupportedOSPlatform("windows")]
    private static Message? JudgeFolder(string folder, bool isClosed) =>
        Replaceable(folder, WindowsAccess.FindStranger(new DirectoryInfo(folder).GetAccessControl(JudgedSections), isClosed));

    private static Message? Replaceable(string path, string? stranger) => stranger is null ? null : Texts.PathReplaceable(path, stranger);

    [SupportedOSPlatform("windows")]
    private const System.Security.AccessControl.AccessControlSections JudgedSections =
        System.Security.AccessControl.AccessControlSections.Access | System.Security.AccessControl.AccessControlSections.Owner;
}
