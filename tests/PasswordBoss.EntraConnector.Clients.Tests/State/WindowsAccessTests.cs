using System;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Cryptography;
using System.Security.Principal;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Clients.Secrets;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>The access lists that are set on files, the checks of existing ones, DPAPI, and the accounts of tasks.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsAccessTests
{
    private const string Machine = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

    private static string Me
    {
        get
        {
            using var identity = WindowsIdentity.GetCurrent();
            return identity.User!.Value;
        }
    }

    [WindowsFact]
    public void The_machine_folder_is_for_SYSTEM_and_administrators_only() => Assert.Equal(Machine, Sddl(WindowsAccess.Private(isMachineWide: true)));

    [WindowsFact]
    public void The_folder_of_a_user_is_also_for_that_user() =>
        Assert.Equal(Sddl(Folder(Machine + "(A;OICI;FA;;;" + Me + ")")), Sddl(WindowsAccess.Private(isMachineWide: false)));

    [WindowsTheory]
    [InlineData(Machine, true)]
    [InlineData("D:P(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)", true)]
    [InlineData("D:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", false)]
    [InlineData("D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)", false)]
    [InlineData("D:P(A;OICI;FA;;;SY)", false)]
    [InlineData("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BU)", false)]
    [InlineData(Machine + "(A;OICI;FR;;;BU)", false)]
    [InlineData(Machine + "(A;OICIIO;FA;;;CO)", false)]
    [InlineData("D:P(A;;FA;;;SY)(A;;FA;;;BA)", false)]
    [InlineData("D:P(A;OICI;FR;;;SY)(A;OICI;FA;;;BA)", false)]
    [InlineData("D:P(D;OICI;FA;;;SY)(A;OICI;FA;;;BA)", false)]
    public void A_folder_is_private_only_with_exactly_this_access_list(string sddl, bool expected) => Assert.Equal(expected, WindowsAccess.IsPrivate(Folder(sddl), isMachineWide: true));

    [WindowsTheory]
    [InlineData("D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)", true)]
    [InlineData("D:P(A;;FA;;;SY)(A;;FA;;;BA)", true)]
    [InlineData("D:P(A;;FA;;;BA)", true)]
    [InlineData("D:P(D;;FA;;;BU)(A;;FA;;;BA)", true)]
    [InlineData("D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)", false)]
    [InlineData("D:AI(A;;FR;;;WD)(A;ID;FA;;;SY)(A;ID;FA;;;BA)", false)]
    [InlineData("D:AI(A;;FA;;;S-1-5-21-1-2-3-1001)(A;ID;FA;;;SY)(A;ID;FA;;;BA)", false)]
    [InlineData("D:NO_ACCESS_CONTROL", false)]
    [InlineData("D:P", false)]
    public void A_moved_file_is_private_if_no_one_else_has_access(string sddl, bool expected)
    {
        var file = new FileSecurity();
        file.SetSecurityDescriptorSddlForm(sddl, AccessControlSections.Access);

        Assert.Equal(expected, WindowsAccess.IsPrivate(file, isMachineWide: true));
    }

    [WindowsTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_access_lists_that_we_set_are_private(bool isMachineWide)
    {
        Assert.True(WindowsAccess.IsPrivate(WindowsAccess.Private(isMachineWide), isMachineWide));
        Assert.True(WindowsAccess.IsPrivate(WindowsAccess.PrivateFile(isMachineWide), isMachineWide));
        Assert.True(WindowsAccess.PrivateFile(isMachineWide).AreAccessRulesProtected);
    }

    [WindowsTheory]
    [InlineData(true, DataProtectionScope.LocalMachine)]
    [InlineData(false, DataProtectionScope.CurrentUser)]
    public void Machine_secrets_are_encrypted_for_the_machine_and_user_secrets_for_the_user(bool isMachineWide, DataProtectionScope scope)
    {
        var clear = Encoding.UTF8.GetBytes("secret");
        var connection = StateFixture.Connection();
        var binding = SecretBinding.Of(connection);
        var protector = new WindowsSecretProtector(isMachineWide);

        var encrypted = protector.Protect(binding, clear);

        Assert.Equal((byte)scope, encrypted[1]);
        Assert.NotEqual(encrypted, protector.Protect(binding, clear));
        Assert.Equal(clear, protector.Unprotect(binding, encrypted));
        Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(SecretBinding.Of(connection with { Id = Guid.NewGuid() }), encrypted));
        Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(SecretBinding.Of(connection with { TenantId = "other" }), encrypted));
    }

    [WindowsFact]
    public void Task_accounts_are_stored_as_IDs_and_shown_by_name()
    {
        using var identity = WindowsIdentity.GetCurrent();

        Assert.Equal(identity.User!.Value, WindowsAccount.Current);
        Assert.Equal(identity.Name, WindowsAccount.NameOf(WindowsAccount.Current), ignoreCase: true);
        Assert.Equal("S-1-5-21-1-2-3-4", WindowsAccount.NameOf("S-1-5-21-1-2-3-4"));
        Assert.Equal(@"CONTOSO\ada", WindowsAccount.NameOf(@"CONTOSO\ada"));
    }

    private static string Sddl(DirectorySecurity security) => security.GetSecurityDescriptorSddlForm(AccessControlSections.Access);

    private static DirectorySecurity Folder(string sddl)
    {
        var security = new DirectorySecurity();
        security.SetSecurityDescriptorSddlForm(sddl, AccessControlSections.Access);
        return security;
    }
}
