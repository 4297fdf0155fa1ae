namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>
/// The form in which each address is sent, on every runtime: a program for .NET Framework is compiled with this table, too. Characters that look like others
/// are written as numbers.
/// </summary>
internal static class AddressCases
{
    /// <summary>Addresses with the form that is sent; null for text that is not an address.</summary>
    public static readonly (string Address, string? Sent)[] All =
    {
        // ASCII
        ("team@contoso.example", "team@contoso.example"),
        (" Team@Contoso.EXAMPLE\t", "Team@contoso.example"),
        ("team@xn--bcher-kva.example", "team@xn--bcher-kva.example"),
        ("team@XN--BCHER-KVA.example", "team@xn--bcher-kva.example"),
        ("team@b--cher.example", "team@b--cher.example"),
        // One address in all forms: lower case, upper case, decomposed, and with an international top-level domain
        ("team@b\u00FCcher.example", "team@xn--bcher-kva.example"),
        ("TEAM@B\u00DCCHER.example", "TEAM@xn--bcher-kva.example"),
        ("team@bu\u0308cher.example", "team@xn--bcher-kva.example"),
        ("team@BU\u0308CHER.EXAMPLE", "team@xn--bcher-kva.example"),
        ("team@mail.b\u00FCcher.m\u00FCnchen.example", "team@mail.xn--bcher-kva.xn--mnchen-3ya.example"),
        ("team@contoso.\u0440\u0444", "team@contoso.xn--p1ai"),
        // Scripts
        ("team@\u0142\u00F3d\u017A.example", "team@xn--d-uga0v4h.example"),
        ("team@\u0141\u00D3D\u0179.example", "team@xn--d-uga0v4h.example"),
        ("team@paral\u00B7lel.example", "team@xn--parallel-koa.example"),
        ("team@\u0131\u015F\u0131k.example", "team@xn--k-ekaa7p.example"),
        ("team@vi\u1EC7tnam.example", "team@xn--vitnam-jk8b.example"),
        ("team@vie\u0323\u0302tnam.example", "team@xn--vitnam-jk8b.example"),
        ("team@\u03B5\u03BB\u03BB\u03AC\u03B4\u03B1.example", "team@xn--hxakic4aa.example"),
        ("team@\u0395\u039B\u039B\u0386\u0394\u0391.example", "team@xn--hxakic4aa.example"),
        ("team@\u043F\u043E\u0447\u0442\u0430.example", "team@xn--80a1acny.example"),
        ("team@\u041F\u041E\u0427\u0422\u0410.example", "team@xn--80a1acny.example"),
        ("team@\u0491\u0430\u043D\u043E\u043A.example", "team@xn--80auie62b.example"),
        ("team@\u0490\u0410\u041D\u041E\u041A.example", "team@xn--80auie62b.example"),
        ("team@\u05D3\u05D5\u05D0\u05E8.example", "team@xn--4dbfg1f.example"),
        ("team@\u0628\u0631\u064A\u062F.example", "team@xn--ngbof4h.example"),
        ("team@\u092D\u093E\u0930\u0924.example", "team@xn--h2brj9c.example"),
        ("team@\u0E44\u0E17\u0E22.example", "team@xn--o3cw4h.example"),
        ("team@\u4F8B\u5B50.example", "team@xn--fsqu00a.example"),
        ("team@\u5C71\u7530.example", "team@xn--rhtu98c.example"),
        ("team@\u30AB\u30D5\u30A7.example", "team@xn--hckh0k.example"),
        ("team@\u304B\u3099\u304D.example", "team@xn--v8jc.example"),
        ("team@\uD55C\uAD6D.example", "team@xn--3e0b707e.example"),
        ("team@\u1112\u1161\u11AB\u1100\u116E\u11A8.example", "team@xn--3e0b707e.example"),
        // Characters that the mapping of a browser turns into ASCII letters or separators
        ("team@\u24D2ontoso.example", null),
        ("team@\uFF43\uFF4F\uFF4E\uFF54\uFF4F\uFF53\uFF4F.example", null),
        ("team@contoso\u3002example", null),
        ("team@contoso\uFF0Eexample", null),
        ("team@contoso\uFF61example", null),
        ("team@\uFB01rma.example", null),
        ("team@\u212Aontoso.example", null),
        ("team@\u212A\u00FCche.example", null),
        ("team@conto\u017Fo.example", null),
        ("team@contoso.ex\u2090mple", null),
        ("team@contoso\u00AD.example", null),
        ("team@contoso.example\u200B", null),
        ("team@b\u00FC\u200Bcher.example", null),
        ("team@\u2115at\u00FCr.example", null),
        // Characters that IDNA2003 and IDNA2008 map differently
        ("team@stra\u00DFe.example", null),
        ("team@STRA\u1E9EE.example", null),
        ("team@\u03BD\u03AF\u03BA\u03BF\u03C2.example", null),
        ("team@b\u00FC\u200Dcher.example", null),
        ("team@b\u00FC\u200Ccher.example", null),
        ("team@\u0130stanbul.example", null),
        ("team@I\u0307stanbul.example", null),
        ("team@\u2764.example", null),
        ("team@\u10C0\u1C90.example", null),
        ("team@\uD83D\uDE00.example", null),
        ("team@b\u00FC\uD83Dcher.example", null),
        ("team@\u0E19\u0E49\u0E33.example", null),
        // The ASCII form is not ambiguous
        ("team@xn--strae-oqa.example", "team@xn--strae-oqa.example"),
        ("team@xn--qei.example", "team@xn--qei.example"),
        // Text that looks like an ASCII form but is not a canonical one
        ("team@xn--.example", null),
        ("team@xn--contoso-.example", null),
        ("team@xn--bcher-kv.example", null),
        ("team@xn--bcher-kva-.example", null),
        ("team@xn--99999999.example", null),
        ("team@xn--bcher-2pa.example", null),
        ("team@xn--bu\u0308cher-kva.example", null),
        ("team@b\u00FC--cher.example", null),
        // Text that is not a host name in any form
        ("team@b\u00FCcher", null),
        ("team@b\u00FCcher..example", null),
        ("team@-b\u00FCcher.example", null),
        ("team@b\u00FCcher-.example", null),
        ("team@b\u00FC_cher.example", null),
        ("team@b\u00FC cher.example", null),
        ("team@b\u00FCcher.local", null),
        ("te\u00E4m@contoso.example", null),
        ("team@b@b\u00FCcher.example", null),
    };
}
