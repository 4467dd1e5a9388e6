/*
 * Shows the original of a picture whose delivery failed. Errors of pictures do not bubble, but they can be heard on the way
 * down, so that no picture needs an attribute of its own. `base` is where delivery URLs begin; the original stands behind it,
 * as it is or percent-encoded. A picture is replaced once: an original that is missing too stays missing.
 */
( function ( base ) {
	document.addEventListener( 'error', function ( event ) {
		var image = event.target;
		if ( ! image || image.tagName !== 'IMG' || image.freshetTried ) {
			return;
		}
		var url = image.currentSrc || image.src;
		if ( url.indexOf( base ) !== 0 ) {
			return;
		}
		image.freshetTried = true;
		var original = url.slice( base.length ).split( '#' )[ 0 ];
		var mark = original.lastIndexOf( '?' );
		if ( mark >= 0 ) {
			var query = original.slice( mark + 1 );
			original = original.slice( 0, mark );
			if ( /(^|&)ci_url_encoded=1/.test( query ) ) {
				try {
					original = decodeURIComponent( original );
				} catch ( broken ) {
					return;
				}
			}
		}
		if ( ! /^https?:\/\//.test( original ) ) {
			return;
		}
		var parent = image.parentNode;
		if ( parent && parent.tagName === 'PICTURE' ) {
			[].slice.call( parent.getElementsByTagName( 'source' ) ).forEach( function ( source ) {
				parent.removeChild( source );
			} );
		}
		image.removeAttribute( 'srcset' );
		image.src = original;
	}, true );
} );
