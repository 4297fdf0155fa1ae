using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>The access lists of folders and files on Windows.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private static readonly SecurityIdentifier LocalSystem = new(WellKnownSidType.LocalSystemSid, null);
    private static readonly SecurityIdentifier Administrators = new(WellKnownSidType.BuiltinAdministratorsSid, null);

    private static readonly SecurityIdentifier TrustedInstaller = new("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");
    // OWNER RIGHTS means the owner of the object, which is checked separately.
    private static readonly SecurityIdentifier OwnerRights = new("S-1-3-4");
    private const int GenericAll = 0x10000000;
    private const int GenericWrite = 0x40000000;

    /// <summary>Full control for SYSTEM and administrators only, and for the user of a user's folder; nothing inherited.</summary>
    /// <param name="isMachineWide">Whether it is the machine's folder.</param>
    public static DirectorySecurity Private(bool isMachineWide)
    {
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var identity in Holders(isMachineWide))
            security.AddAccessRule(FullControl(identity));
        return security;
    }

    /// <summary>Whether the store trusts the owner of the folder. Any user can create a folder under ProgramData first.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="owner">The owner, for messages.</param>
    public static bool IsOwnerTrusted(DirectoryInfo folder, out string owner)
    {
        var identity = (SecurityIdentifier?)folder.GetAccessControl(AccessControlSections.Owner).GetOwner(typeof(SecurityIdentifier));
        owner = identity?.Value ?? "?";
        return identity is not null && (identity.Equals(LocalSystem) || identity.Equals(Administrators) || identity.Equals(CurrentUser()));
    }

    /// <summary>
    /// Finds an untrusted user that owns a file or folder, may delete it, change its permissions, take ownership, delete entries in it (a folder) or change its
    /// content (a file). SYSTEM, administrators, the installer of Windows and this user are trusted. The right to create entries in a folder counts only if the
    /// folder must be closed. Null if there is no such user.
    /// </summary>
    /// <param name="security">Owner and access list.</param>
    /// <param name="mustBeClosed">Whether other users must be unable to create entries in it, if it is a folder.</param>
    public static string? FindUntrustedUser(FileSystemSecurity security, bool mustBeClosed = false)
    {
        var owner = (SecurityIdentifier?)security.GetOwner(typeof(SecurityIdentifier));
        if (owner is null || !IsTrusted(owner))
            return owner?.Value ?? "?";
        var replace = FileSystemRights.Delete | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership | (FileSystemRights)GenericAll;
        replace |= security is DirectorySecurity
            ? FileSystemRights.DeleteSubdirectoriesAndFiles
            : FileSystemRights.WriteData | FileSystemRights.AppendData | (FileSystemRights)GenericWrite;
        if (mustBeClosed)
            replace |= FileSystemRights.CreateFiles | FileSystemRights.CreateDirectories | (FileSystemRights)GenericWrite;
        // A rule that only applies to new entries gives no right to the object itself. Deny rules are ignored: their effect depends on the rule order.
        return RulesOf(security)
            .Where(rule => rule.AccessControlType == AccessControlType.Allow && (rule.PropagationFlags & PropagationFlags.InheritOnly) == 0 && (rule.FileSystemRights & replace) != 0)
            .Select(rule => (SecurityIdentifier)rule.IdentityReference)
            .FirstOrDefault(identity => !IsTrusted(identity) && !identity.Equals(OwnerRights))?.Value;
    }

    /// <summary>Sets the access list of the folder to exactly <see cref="Private"/>, if it has another one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isMachineWide">Whether it is the machine's folder.</param>
    public static void Tighten(DirectoryInfo folder, bool isMachineWide)
    {
        if (!IsPrivate(folder, isMachineWide))
            folder.SetAccessControl(Private(isMachineWide));
    }

    /// <summary>Whether the folder has exactly the access list of <see cref="Private"/>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isMachineWide">Whether it is the machine's folder.</param>
    public static bool IsPrivate(DirectoryInfo folder, bool isMachineWide) => IsPrivate(folder.GetAccessControl(AccessControlSections.Access), isMachineWide);

    /// <summary>Whether an access list of a folder is exactly that of <see cref="Private"/>.</summary>
    /// <param name="security">The access list.</param>
    /// <param name="isMachineWide">Whether it is the machine's folder.</param>
    internal static bool IsPrivate(DirectorySecurity security, bool isMachineWide)
    {
        var holders = Holders(isMachineWide);
        var rules = RulesOf(security);
        return security.AreAccessRulesProtected
            && rules.Count == holders.Length
            && rules.All(rule => rule.AccessControlType == AccessControlType.Allow
                && rule.FileSystemRights == FileSystemRights.FullControl
                && rule.InheritanceFlags == (InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit)
                && rule.PropagationFlags == PropagationFlags.None)
            && holders.All(holder => rules.Any(rule => rule.IdentityReference.Equals(holder)));
    }

    /// <summary>
    /// Restricts a file to the identities that its folder admits, if anyone else has rights to it. A file that was moved into the folder keeps its access list,
    /// and the closed folder does not protect it: Windows lets every user pass through folders to a path that they know.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="isMachineWide">Whether it is in the machine's folder.</param>
    public static void Tighten(FileInfo file, bool isMachineWide)
    {
        if (!IsPrivate(file, isMachineWide))
            file.SetAccessControl(PrivateFile(isMachineWide));
    }

    /// <summary>Whether a file admits only identities that its folder admits.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isMachineWide">Whether it is in the machine's folder.</param>
    public static bool IsPrivate(FileInfo file, bool isMachineWide) => IsPrivate(file.GetAccessControl(AccessControlSections.Access), isMachineWide);

    /// <summary>The access list for a file whose own list admits others.</summary>
    /// <param name="isMachineWide">Whether it is in the machine's folder.</param>
    internal static FileSecurity PrivateFile(bool isMachineWide)
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var identity in Holders(isMachineWide))
            security.AddAccessRule(new FileSystemAccessRule(identity, FileSystemRights.FullControl, AccessControlType.Allow));
        return security;
    }

    /// <summary>Whether an access list of a file admits only identities that its folder admits.</summary>
    /// <param name="security">The access list.</param>
    /// <param name="isMachineWide">Whether it is in the machine's folder.</param>
    internal static bool IsPrivate(FileSecurity security, bool isMachineWide)
    {
        // A file without an access list is open to everyone, and has no rules either.
        var holders = Holders(isMachineWide);
        var rules = RulesOf(security);
        return rules.Count > 0 && rules.All(rule => rule.AccessControlType == AccessControlType.Deny || holders.Any(holder => rule.IdentityReference.Equals(holder)));
    }

    private static List<FileSystemAccessRule> RulesOf(FileSystemSecurity security) =>
        security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)).Cast<FileSystemAccessRule>().ToList();

    private static bool IsTrusted(SecurityIdentifier identity) =>
        identity.Equals(LocalSystem) || identity.Equals(Administrators) || identity.Equals(TrustedInstaller) || identity.Equals(CurrentUser());

    private static SecurityIdentifier[] Holders(bool isMachineWide) =>
        isMachineWide
            ? new[] { LocalSystem, Administrators }
            : new[] { LocalSystem, Administrators, CurrentUser() }.Distinct().ToArray();

    private static SecurityIdentifier CurrentUser()
    {
        using var identity = WindowsIdentity.GetCurrent();
        return identity.User ?? LocalSystem;
    }

    private static FileSystemAccessRule FullControl(SecurityIdentifier identity) => new(
        identity,
        FileSystemRights.FullControl,
        InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit,
        PropagationFlags.None,
        AccessControlType.Allow);
}
