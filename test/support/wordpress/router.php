<?php
/** For `php -S`: files are served as they are, everything else is WordPress's. */
$root = realpath( $_SERVER['DOCUMENT_ROOT'] );
$file = realpath( $root . rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) ) );
if ( $file && is_dir( $file ) ) {
	$file = realpath( "$file/index.php" );
}
if ( ! $file || 0 !== strpos( $file, "$root/" ) ) {
	$file = "$root/index.php";
}
if ( '.php' !== substr( $file, -4 ) ) {
	return false;
}
$_SERVER['SCRIPT_FILENAME'] = $file;
$_SERVER['SCRIPT_NAME']     = $_SERVER['PHP_SELF'] = substr( $file, strlen( $root ) );
chdir( dirname( $file ) );
require $file;
