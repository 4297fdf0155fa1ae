namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Types and permissions of files, as numbered in <c>sys/stat.h</c>.</summary>
internal static class UnixMode
{
    /// <summary>0600: the owner reads and writes.</summary>
    public const uint PrivateFile = (Read | Write) * Owner;

    /// <summary>0644: the owner reads and writes, everyone else reads.</summary>
    public const uint SharedFile = PrivateFile | (Read * Group) | (Read * Others);

    /// <summary>0700: the owner lists, enters and changes.</summary>
    public const uint PrivateFolder = All * Owner;

    /// <summary>0755: the owner lists, enters and changes, everyone else lists and enters.</summary>
    public const uint SharedFolder = PrivateFolder | ((Read | Enter) * Group) | ((Read | Enter) * Others);

    /// <summary>0077: all permissions of users other than the owner.</summary>
    public const uint AllOfOthers = (All * Group) | (All * Others);

    /// <summary>0020: members of the group write.</summary>
    public const uint GroupWrites = Write * Group;

    /// <summary>0002: everyone writes.</summary>
    public const uint OthersWrite = Write * Others;

    /// <summary>01000: only the owner of an entry, or of the folder, removes or renames the entry.</summary>
    public const uint Sticky = 8 * Owner;

    /// <summary>07777: the permissions without the type.</summary>
    public const uint Permissions = (All * 8 * Owner) | (All * Owner) | AllOfOthers;

    /// <summary>The type without the permissions.</summary>
    public const uint Type = 15 * 8 * 8 * Owner;

    /// <summary>The type of a regular file.</summary>
    public const uint RegularFile = 8 * 8 * 8 * Owner;

    /// <summary>The type of a folder.</summary>
    public const uint Folder = 4 * 8 * 8 * Owner;

    /// <summary>The type of a symbolic link.</summary>
    public const uint SymbolicLink = 10 * 8 * 8 * Owner;

    private const uint Read = 4;
    private const uint Write = 2;
    private const uint Enter = 1;
    private const uint All = Read | Write | Enter;
    private const uint Owner = 8 * 8;
    private const uint Group = 8;
    private const uint Others = 1;
}
