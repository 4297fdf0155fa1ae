using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// Checks whether another user can delete, rename, replace or change the target of a path. This includes every folder above it, and every link on the way with
/// all folders above its target. A folder where others may only create entries is allowed, and so is a sticky one, unless the folder must be closed.
/// </summary>
internal static class TrustedPath
{
    private const int MostLinks = 40;

    /// <summary>
    /// The problem with a path; the first argument names the component at fault. Null if other users cannot replace the target or any folder above it. For a
    /// target that does not exist yet, only the folders above it are checked. Throws nothing: a path that cannot be checked is at fault.
    /// </summary>
    /// <param name="path">An absolute path of a file or folder.</param>
    /// <param name="mustBeClosed">
    /// Whether other users must also be unable to create entries in the target. Programs load files that are beside them, no matter which user created them. If the
    /// target does not exist, no other user may be able to create it.
    /// </param>
    public static Message? FindFlaw(string path, bool mustBeClosed = false)
    {
        try
        {
            return Platform.IsWindows ? FindFlawOnWindows(path, mustBeClosed) : FindFlawOnUnix(path, mustBeClosed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.SecurityException
            or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return Texts.PathUnjudged(path, exception.Message);
        }
    }

    private static Message? FindFlawOnUnix(string path, bool mustBeClosed)
    {
        var pending = new Stack<string>();
        Push(pending, path);
        var current = "/";
        var links = 0;
        while (true)
        {
            // Null also means that the C library cannot return facts. Then no folder above can be checked, and only the folder itself protects the path.
            if (UnixFile.Find(current, followLinks: false) is not { } facts)
                return mustBeClosed && UnixFile.Find(ParentOf(current), followLinks: false) is { } above ? JudgeUnix(ParentOf(current), above, mustBeClosed: true) : null;
            if (JudgeUnix(current, facts, mustBeClosed: false) is { } flaw)
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

            // The last step may have been "..", so the folder is checked again.
            if (next.Length == 0)
                return mustBeClosed && UnixFile.Find(current, followLinks: false) is { } last ? JudgeUnix(current, last, mustBeClosed: true) : null;
            current = current == "/" ? "/" + next : current + "/" + next;
        }
    }

    /// <summary>Judges one component of a path of a Unix system.</summary>
    /// <param name="path">The component.</param>
    /// <param name="facts">The facts about it.</param>
    /// <param name="mustBeClosed">Whether other users must be unable to create entries in it: the sticky bit protects existing entries only.</param>
    internal static Message? JudgeUnix(string path, UnixFile.Facts facts, bool mustBeClosed)
    {
        var user = UnixFile.EffectiveUser;
        if (facts.Owner != 0 && facts.Owner != user)
            return Texts.PathOwner(path, facts.Owner.ToString(CultureInfo.InvariantCulture));
        // A link has no rights of its own.
        if (facts.IsLink || (facts.IsFolder && facts.IsSticky && !mustBeClosed))
            return null;
        // A private group of this user admits no other user. Root trusts no group.
        var byGroup = facts.IsWritableByGroup && (user == 0 || facts.Group != UnixFile.PrivateGroup);
        return byGroup || facts.IsWritableByAll
            ? Texts.PathWritable(path, ModeOf(facts))
            : null;
    }

    /// <summary>The permissions in the form that chmod takes.</summary>
    /// <param name="facts">The facts about a file or folder.</param>
    internal static string ModeOf(UnixFile.Facts facts) => Convert.ToString(facts.Mode & UnixMode.Permissions, 8).PadLeft(4, '0');

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var component in path.Split('/').Where(component => component.Length > 0 && component != ".").Reverse())
            pending.Push(component);
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is var end && end > 0 ? path.Substring(0, end) : "/";

    [SupportedOSPlatform("windows")]
    private static Message? FindFlawOnWindows(string path, bool mustBeClosed)
    {
        var components = new Stack<string>();
        for (var component = Path.GetFullPath(path); !string.IsNullOrEmpty(component); component = Path.GetDirectoryName(component))
            components.Push(component);
        foreach (var component in components)
        {
            var isFolder = Directory.Exists(component);
            if (!isFolder && !File.Exists(component))
                return mustBeClosed && Path.GetDirectoryName(component) is { Length: > 0 } above && Directory.Exists(above) ? JudgeFolder(above, mustBeClosed: true) : null;
            // The access list of a link does not apply to its target, so a link is refused. A reparse point of a cloud drive is checked as a file.
            if (WindowsLink.Is(component))
                return Texts.PathLink(component);
            // The components of a path differ in length, so only the last is as long as the whole path.
            var flaw = isFolder
                ? JudgeFolder(component, mustBeClosed && component.Length == Path.GetFullPath(path).Length)
                : Replaceable(component, WindowsAccess.FindUntrustedUser(new FileInfo(component).GetAccessControl(JudgedSections)));
            if (flaw is not null)
                return flaw;
        }

        return null;
    }

    [SupportedOSPlatform("windows")]
    private static Message? JudgeFolder(string folder, bool mustBeClosed) =>
        Replaceable(folder, WindowsAccess.FindUntrustedUser(new DirectoryInfo(folder).GetAccessControl(JudgedSections), mustBeClosed));

    private static Message? Replaceable(string path, string? untrusted) => untrusted is null ? null : Texts.PathReplaceable(path, untrusted);

    [SupportedOSPlatform("windows")]
    private const System.Security.AccessControl.AccessControlSections JudgedSections =
        System.Security.AccessControl.AccessControlSections.Access | System.Security.AccessControl.AccessControlSections.Owner;
}
